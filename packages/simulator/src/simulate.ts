import type { Replica, Schema } from "@concordat/replica";
import { boot } from "./run/boot.js";
import { checkAll } from "./run/final-checks.js";
import { heal } from "./run/heal.js";
import { perform } from "./run/perform.js";
import { World } from "./run/world.js";
import type { Action } from "./schedule/action.js";
import { drawActions, drawLastActions } from "./schedule/draw-actions.js";
import type { FaultProbabilities } from "./schedule/fault-profile.js";
import { drawPlan, type Plan } from "./schedule/plan.js";
import { SeededRandom } from "./seeded-random.js";
import { type Checker, Violation } from "./violation.js";
import { DEFAULT_SCHEMA, defaultWorkload, type Workload } from "./workload.js";

export interface SimulationOptions {
  /** Everything follows from it: the nodes, the faults, and when what happens. */
  readonly seed: number;
  /** 2 to 50; drawn from the seed when left out, small numbers more often. */
  readonly nodes?: number;
  /** Events before everything is put right: actions, frames that arrive, commits that are synced, timers. 1,000 when left out. */
  readonly steps?: number;
  readonly schema?: Schema;
  /** Writes once at one node; called again and again. */
  readonly workload?: Workload;
  /** Probabilities to use instead of drawing them; what is left out does not occur. */
  readonly faults?: Partial<FaultProbabilities> | "none";
  /** Asked at the end, when all replicas are equal; what it throws is a violation. */
  readonly check?: (replicas: readonly Replica[]) => void | Promise<void>;
  /** Exactly these actions, to their end, in place of those of the seed: what a shrinker leaves of a run. */
  readonly actions?: readonly Action[];
}

export interface SimulationReport {
  readonly seed: number;
  readonly plan: Plan;
  /** What was done, in order: the whole schedule of the run. */
  readonly actions: readonly Action[];
  readonly steps: number;
  /** How often each fault took effect. */
  readonly faults: Readonly<Record<string, number>>;
  /** Changes that were acknowledged. */
  readonly changes: number;
  /** Of all frames that arrived. */
  readonly bytes: number;
  /** 16 hexadecimal digits: two runs of one seed have the same. */
  readonly traceHash: string;
  readonly virtualMs: number;
}

export type SimulationOutcome = SimulationReport &
  (
    | {
        readonly kind: "converged";
        /** Of two polls each, until all were equal. */
        readonly rounds: number;
        /** Simulated time from when everything was put right until all were equal. */
        readonly equalAfterMs: number;
      }
    | {
        readonly kind: "violation";
        readonly checker: Checker;
        readonly message: string;
        /** The last things that happened, the newest last. */
        readonly trace: readonly string[];
      }
  );

const STEPS_DEFAULT = 1_000;

/**
 * Runs many replicas on simulated networks, disks and clocks, with the faults that `seed` says, puts everything right, and tells
 * whether every promise of the model was kept. Two runs with the same options do exactly the same. Never rejects for what it
 * finds; do not run two at once that share anything through `workload` or `check`.
 */
export const simulate = async (options: SimulationOptions): Promise<SimulationOutcome> => {
  const plan = drawPlan(options, SeededRandom.of(options.seed, 1));
  const world = new World({
    plan,
    schema: options.schema ?? DEFAULT_SCHEMA,
    workload: options.workload ?? defaultWorkload,
  });
  const actions: Action[] = [];
  const report = (): SimulationReport => reportOf(world, actions);
  try {
    await boot(world);
    world.steps = 0;
    await play(world, options, actions);
    const { held, ...healed } = await heal(world);
    await checkAll(world, held);
    await world.until(Promise.resolve(options.check?.(world.running)), "the check of the caller").catch(asViolation);
    return { kind: "converged", ...healed, ...report() };
  } catch (error) {
    const violation =
      error instanceof Violation ? error : new Violation("unexpected-error", String(error), { cause: error });
    const { checker, message } = violation;
    return { kind: "violation", checker, message, trace: [...world.trace.lines], ...report() };
  }
};

const asViolation = (error: unknown): never => {
  if (error instanceof Violation) throw error;
  throw new Violation("check", error instanceof Error ? error.message : String(error), { cause: error });
};

const play = async (
  world: World,
  { steps = STEPS_DEFAULT, actions: given, seed }: SimulationOptions,
  done: Action[],
): Promise<void> => {
  const startMs = world.time.nowMs;
  const isOver = (): boolean => given === undefined && world.steps >= steps;
  await performAll(world, given ?? drawActions(world.plan, SeededRandom.of(seed, 2)), { startMs, done, isOver });
  if (given !== undefined) return;
  const last = drawLastActions(world.plan, world.time.nowMs - startMs, SeededRandom.of(seed, 3));
  await performAll(world, last, { startMs, done, isOver: () => false });
};

/** Performs each at its time, or at once where that has passed, until it is over. */
const performAll = async (
  world: World,
  actions: Iterable<Action>,
  { startMs, done, isOver }: { readonly startMs: number; readonly done: Action[]; readonly isOver: () => boolean },
): Promise<void> => {
  for (const action of actions) {
    const dueMs = startMs + action.atMs;
    while ((world.time.nextAtMs() ?? Number.POSITIVE_INFINITY) <= dueMs) {
      await world.step();
      if (isOver()) return;
    }
    world.time.nowMs = Math.max(world.time.nowMs, dueMs);
    done.push(action);
    if (action.kind === "heal") await heal(world);
    else if (perform(world, action)) world.say(describe(action));
    await world.settle();
    if (isOver()) return;
  }
};

const describe = ({ atMs: _, ...deed }: Action): string => JSON.stringify(deed);

const reportOf = (world: World, actions: readonly Action[]): SimulationReport => ({
  seed: world.plan.seed,
  plan: world.plan,
  actions,
  steps: world.steps,
  faults: Object.fromEntries([...world.counts].sort()),
  changes: world.history.changes.filter(({ status }) => status === "acknowledged").length,
  bytes: world.bytes,
  traceHash: world.trace.hash,
  virtualMs: world.time.nowMs,
});
