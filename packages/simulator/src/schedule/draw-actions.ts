import type { Way } from "../network/way.js";
import type { SeededRandom } from "../seeded-random.js";
import type { Action, Deed } from "./action.js";
import { FAULT_KINDS, type FaultKind } from "./fault-profile.js";
import { isPurging, type Plan } from "./plan.js";

/** Actions without end, in the order of their times. They follow from the plan and the generator alone, never from what they lead to. */
export function* drawActions(plan: Plan, random: SeededRandom): Generator<Action> {
  let atMs = 0;
  for (;;) {
    atMs += drawGapMs(random);
    for (const { afterMs, deed } of drawDeeds(plan, random)) {
      atMs += afterMs;
      yield actionAt(atMs, deed);
    }
  }
}

/**
 * What happens last, from `atMs` on, where the plan has such faults: all become equal, then one node writes, tells a part of it and is
 * lost, or discards it, and nobody writes any more. Whatever needs a later write to come right is found by that alone.
 */
export function* drawLastActions(plan: Plan, atMs: number, random: SeededRandom): Generator<Action> {
  const kinds = (["refresh-discarding", "restore"] as const).filter((kind) => plan.faults[kind] > 0);
  const loss = kinds.length === 0 ? undefined : drawFault(random.pick(kinds), plan, random);
  if (loss === undefined || !isOfLoss(loss)) return;
  yield actionAt(atMs, { kind: "heal" });
  let nowMs = atMs;
  for (const { afterMs, deed } of drawPartTold(loss, plan, random)) {
    nowMs += afterMs;
    yield actionAt(nowMs, deed);
  }
  yield actionAt(nowMs + random.between(200, 3_000), { kind: "compare", node: loss.node });
}

const actionAt = (atMs: number, deed: Deed): Action => ({ atMs: Math.round(atMs * 1_000) / 1_000, ...deed });

/** So long after the one before it, in milliseconds. */
interface TimedDeed {
  readonly afterMs: number;
  readonly deed: Deed;
}

const atOnce = (deed: Deed): TimedDeed => ({ afterMs: 0, deed });

/** Bursts, pauses, and now and then a long quiet. */
const drawGapMs = (random: SeededRandom): number => {
  const draw = random.fraction();
  if (draw < 0.55) return random.fraction() * 40;
  if (draw < 0.9) return random.fraction() * 800;
  if (draw < 0.98) return random.fraction() * 6_000;
  return random.fraction() * 30_000;
};

const drawDeeds = (plan: Plan, random: SeededRandom): readonly TimedDeed[] => {
  let draw = random.fraction();
  for (const kind of FAULT_KINDS) {
    draw -= plan.faults[kind];
    if (draw >= 0) continue;
    const deed = drawFault(kind, plan, random);
    return isOfLoss(deed) && random.chance(0.5) ? drawPartTold(deed, plan, random) : [atOnce(deed)];
  }
  return [atOnce(drawWork(plan, random))];
};

/** What takes something away that only one node had. */
type Loss = Extract<Deed, { readonly kind: "refresh" | "restore" }>;

const isOfLoss = (deed: Deed): deed is Loss => deed.kind === "refresh" || deed.kind === "restore";

/** A node writes, its partners get a part of it before they are cut off, and it loses the rest before they are back. */
const drawPartTold = (loss: Loss, { edges, latencyMs }: Plan, random: SeededRandom): readonly TimedDeed[] => {
  const { node } = loss;
  const wayMs = (latencyMs[0] + latencyMs[1]) / 2;
  const pullers = edges.flatMap(({ from, to }) => (from === node ? [to] : to === node ? [from] : []));
  const source = loss.kind === "refresh" ? loss.from : undefined;
  const cuts = pullers.map((from): TimedDeed => {
    const afterBytes = from === source ? random.between(0, 60) : random.between(100, 600);
    return atOnce({ kind: "cut", from, to: node, way: "reply", afterBytes });
  });
  const writes = Array.from({ length: random.between(2, 6) }, () =>
    atOnce({ kind: "write", node, seed: random.word() } as const),
  );
  // A refresh takes some eight ways until the databases are swapped, and the first chunk three until it is there.
  const waitMs = wayMs * (2 + 6 * random.fraction());
  const pause: TimedDeed = { afterMs: waitMs, deed: { kind: "pull-now", node } };
  if (loss.kind === "refresh") return [...cuts, atOnce(loss), pause, ...writes];
  return [atOnce({ kind: "photograph", node }), ...cuts, ...writes, { afterMs: waitMs, deed: loss }];
};

const drawWork = (plan: Plan, random: SeededRandom): Deed => {
  const node = random.below(plan.nodes);
  const draw = random.fraction();
  if (draw < 0.78) return { kind: "write", node, seed: random.word() };
  if (draw < 0.85) return { kind: "photograph", node };
  if (draw < 0.88) return { kind: "pull-now", node };
  if (draw < 0.92) return { kind: "purge", node };
  if (draw < 0.94) return { kind: "verify", node };
  return { kind: "compare", node };
};

const drawFault = (kind: FaultKind, plan: Plan, random: SeededRandom): Deed => {
  const node = random.below(plan.nodes);
  const edge = random.below(plan.edges.length);
  const [from, to] = drawPair(plan, random);
  const way: Way = random.chance(0.75) ? "reply" : "request";
  const downMs = random.chance(0.7) ? random.between(5, 2_000) : random.between(2_000, 20_000);
  const inThe = random.chance(0.5) ? ("commit" as const) : ("middle" as const);
  const crash = {
    kind: "crash" as const,
    node,
    downMs,
    isSilent: random.chance(0.3),
    inThe,
    afterEffects: inThe === "commit" ? random.between(1, 4) : random.between(1, 40),
  };
  switch (kind) {
    case "frame-lost":
      return { kind: "stall", from, to, way, afterBytes: random.between(0, 600) };
    case "frame-delayed":
      return { kind: "slow", from, to, extraMs: random.between(50, 3_000), ms: random.between(100, 8_000) };
    case "connection-cut":
      return {
        kind: "cut",
        from,
        to,
        way,
        afterBytes: random.chance(0.5) ? random.between(0, 300) : random.between(0, 4_000),
      };
    case "connection-duplicated":
      return { kind: "duplicate", from, to };
    case "partition":
      return { kind: "partition", side: drawSide(plan, random), ms: random.between(100, 20_000), way: "both" };
    case "one-way-partition":
      return {
        kind: "partition",
        side: drawSide(plan, random),
        ms: random.between(100, 20_000),
        way: random.pick(["in", "out"] as const),
      };
    case "crash-unsynced-lost":
      return { ...crash, unsynced: "lost" };
    case "crash-unsynced-kept":
      return { ...crash, unsynced: "kept" };
    case "crash-torn-batch":
      return { ...crash, unsynced: "torn" };
    case "restart":
      return { kind: "restart", node, downMs };
    case "long-outage":
      return { kind: "outage", node, downMs: outageMs(plan, random) };
    case "disk-full":
      return { kind: "disk-full", node, ms: random.between(10, 5_000) };
    case "read-error":
      return { kind: "read-error", node, reads: random.between(1, 3) };
    case "write-error":
      return { kind: "write-error", node };
    case "clock-jump-ahead":
      return {
        kind: "clock-jump",
        node,
        ms: random.chance(0.7) ? random.between(1, 15_000) : random.between(15_000, 60_000),
      };
    case "clock-jump-back":
      return { kind: "clock-jump", node, ms: -random.between(1, 60_000) };
    case "clock-drift":
      return { kind: "clock-rate", node, rate: 0.5 + random.fraction() };
    case "clock-stopped":
      return { kind: "clock-rate", node, rate: 0 };
    case "restore":
      return { kind: "restore", node, age: random.below(3), downMs, afterEffects: random.between(1, 30) };
    case "refresh-discarding":
      return { kind: "refresh", node: from, from: to };
    case "disk-rolled-back":
      return { kind: "roll-back", node, age: random.below(3), downMs };
    case "disk-cloned":
      return { kind: "clone", node };
    case "partner-removed":
      return { kind: "partner-removed", edge, ms: random.between(100, 30_000) };
    case "partner-added":
      return { kind: "partner-added", from: node, to: random.below(plan.nodes) };
    case "schema-change":
      return { kind: "schema", node, isNext: random.chance(0.7) };
    case "hostile-frame":
      return { kind: "hostile", from, to, way, frame: drawHostile(random) };
  }
};

/** Longer than deletions are kept, where they are purged at all. */
const outageMs = (plan: Plan, random: SeededRandom): number => {
  const keptMs = isPurging(plan) ? plan.changelogMaxAgeMs : 60_000;
  return Math.round(keptMs * (1.1 + 2 * random.fraction()));
};

const drawHostile = (random: SeededRandom) => ({
  form: random.pick(["mutated", "mutated", "truncated", "invented", "random", "oversized"] as const),
  seed: random.word(),
});

/** Who pulls, and from whom. */
const drawPair = ({ edges }: Plan, random: SeededRandom): readonly [number, number] => {
  const { from, to, pulls } = random.pick(edges);
  const isTurned = pulls === "to" || (pulls === "both" && random.chance(0.5));
  return isTurned ? [to, from] : [from, to];
};

const drawSide = ({ nodes }: Plan, random: SeededRandom): readonly number[] => {
  const side = Array.from({ length: nodes }, (_, index) => index).filter(() => random.chance(0.4));
  return side.length === 0 || side.length === nodes ? [random.below(nodes)] : side;
};
