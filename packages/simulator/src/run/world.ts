import type { PartnerOptions, Replica, Schema } from "@concordat/replica";
import { StorageError } from "@concordat/storage";
import type { DiskImage } from "../disk/disk.js";
import { historyOf } from "../model/content-check.js";
import { History } from "../model/history.js";
import { Network } from "../network/network.js";
import { messageOf, SimulatedNode } from "../node/simulated-node.js";
import type { Plan } from "../schedule/plan.js";
import type { Edge } from "../schedule/topology.js";
import { quiescence } from "../system/event-loop.js";
import { type Checker, Violation } from "../violation.js";
import type { Workload } from "../workload.js";
import { Trace } from "../world/trace.js";
import { VirtualTime } from "../world/virtual-time.js";
import { Observer } from "./observer.js";

/** What all nodes have in common in every run: real settings, some of them shorter, so that a run meets what takes days. */
export const SETTINGS = {
  pollIntervalMs: 5_000,
  clockSkewMaxMs: 20_000,
  chunkBytesMax: 256 * 1024,
  deadlines: { handshakeMs: 10_000, frameMs: 30_000, idleMs: 90_000 },
  /** Frames of one direction that may wait: the window, and a farewell that nobody waits for. */
  framesWaitingMax: 6,
  /** How long a process whose disk has failed goes on, and stays away. */
  failedDiskMs: [20, 500],
} as const;

export interface WorldOptions {
  readonly plan: Plan;
  readonly schema: Schema;
  readonly workload: Workload;
}

/** Time, network, nodes, and what was written: everything of one run. */
export class World {
  readonly plan: Plan;
  readonly schema: Schema;
  readonly workload: Workload;
  readonly time = new VirtualTime();
  readonly trace = new Trace();
  readonly history = new History();
  readonly network: Network;
  readonly nodes: SimulatedNode[] = [];
  readonly edges: Edge[];
  /** How often each fault has taken effect. */
  readonly counts = new Map<string, number>();
  readonly observer: Observer;
  /** When a disk went back in time or was copied: once a run. */
  forkedAtMs: number | undefined;
  /** When everything was put right for the last time. */
  rightSinceMs = 0;
  steps = 0;
  bytes = 0;
  turns = 0;
  #violation: Violation | undefined;

  constructor({ plan, schema, workload }: WorldOptions) {
    this.plan = plan;
    this.schema = schema;
    this.workload = workload;
    this.edges = [...plan.edges];
    this.network = new Network({
      time: this.time,
      trace: this.trace,
      seed: plan.seed,
      latencyMs: plan.latencyMs,
      deadlines: SETTINGS.deadlines,
      listenerAt: (index) => this.nodes[index]?.process,
      onFault: (fault) => this.count(fault),
      onFrame: (to, bytes) => {
        this.bytes += bytes;
        this.trace.note(to);
      },
      onUnrefused: (at, partner) =>
        this.violate("hostile-frame", `node ${at} puts up with a hostile frame of ${partner}`),
    });
    this.observer = new Observer(this);
    for (let index = 0; index < plan.nodes; index += 1) this.addNode();
  }

  /** A machine more, on an empty disk or on a copy. */
  addNode(image?: DiskImage): SimulatedNode {
    const node = new SimulatedNode(
      this.nodes.length,
      this.schema,
      {
        seed: this.plan.seed,
        time: this.time,
        trace: this.trace,
        network: () => this.network,
        syncMsMax: this.plan.syncMsMax,
        slowReads: this.plan.slowReads,
        replicaOptions: () => ({
          pollIntervalMs: SETTINGS.pollIntervalMs,
          clockSkewMaxMs: SETTINGS.clockSkewMaxMs,
          changelogMaxAgeMs: this.plan.changelogMaxAgeMs,
          chunk: { entriesMax: this.plan.chunkEntriesMax, bytesMax: SETTINGS.chunkBytesMax },
        }),
        onStarted: (started) => this.observer.started(started),
        onEnded: (ended) => {
          this.history.processEnded(ended.index);
          this.trace.say(this.time.nowMs, `node ${ended.index} is down`);
        },
        onDiskFault: (at, fault) => {
          this.count(fault);
          if (fault === "write-error") this.#restartSoon(at);
        },
      },
      image,
    );
    this.nodes.push(node);
    return node;
  }

  node(index: number): SimulatedNode {
    return this.nodes[index % this.nodes.length] as SimulatedNode;
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  say(line: string): void {
    this.trace.say(this.time.nowMs, line);
  }

  /** The first one counts. */
  violate(checker: Checker, message: string, cause?: unknown): void {
    if (this.#violation) return;
    for (const line of historyOf(message, this.history).slice(-40)) this.say(line);
    this.#violation = new Violation(checker, message, { cause });
  }

  /** As `violate`, for whoever has nothing left to do. */
  fail(checker: Checker, message: string): never {
    this.violate(checker, message);
    throw this.#violation;
  }

  /** What must not go wrong, save by a fault of the disk or the end of a process. */
  watch(what: string, work: Promise<unknown>, mayReject: (error: unknown) => boolean = () => false): void {
    work.catch((error: unknown) => {
      if (mayReject(error) || isOfDisk(error)) return;
      this.violate("unexpected-error", `${what}: ${messageOf(error)}`, error);
    });
  }

  /** Lets the next event happen, and everything that follows from it at once. */
  async step(): Promise<boolean> {
    if (!this.time.advance()) return false;
    await this.settle();
    return true;
  }

  async settle(): Promise<void> {
    await quiescence();
    this.steps += 1;
    for (const node of this.nodes) this.observer.observe(node);
    if (this.#violation) throw this.#violation;
  }

  /** Lets events happen until `work` has settled. */
  async until<T>(work: Promise<T>, what: string, withinMs = 600_000): Promise<T> {
    let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
    work.then(
      (value) => {
        outcome = { value };
      },
      (error: unknown) => {
        outcome = { error };
      },
    );
    await this.settle();
    const untilMs = this.time.nowMs + withinMs;
    while (outcome === undefined) {
      const isLate = (this.time.nextAtMs() ?? Number.POSITIVE_INFINITY) > untilMs;
      if (isLate || !(await this.step())) throw new Violation("stuck", `${what} has not come to an end`);
    }
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }

  /** Lets `ms` pass. */
  async pass(ms: number, isEnough: () => boolean = () => false): Promise<void> {
    const untilMs = this.time.nowMs + ms;
    while (!isEnough() && (this.time.nextAtMs() ?? Number.POSITIVE_INFINITY) <= untilMs) await this.step();
    if (!isEnough()) this.time.nowMs = Math.max(this.time.nowMs, untilMs);
  }

  /** Makes partners of the two ends of an edge, each as it sees the other. */
  link({ from, to, pulls }: Edge): void {
    const [left, right] = [this.node(from), this.node(to)];
    left.partners.set(
      to,
      this.partner(left, right, pulls === "both" ? "mutual-pull" : pulls === "from" ? "pull" : "allow-pull"),
    );
    right.partners.set(
      from,
      this.partner(right, left, pulls === "both" ? "mutual-pull" : pulls === "to" ? "pull" : "allow-pull"),
    );
  }

  unlink({ from, to }: Edge): void {
    this.node(from).partners.delete(to);
    this.node(to).partners.delete(from);
  }

  /** The replicas that run. */
  get running(): readonly Replica[] {
    return this.nodes.flatMap(({ replica }) => (replica ? [replica] : []));
  }

  /** The partner that `to` is to `from`. */
  partner(from: SimulatedNode, to: SimulatedNode, type: PartnerOptions["type"]): PartnerOptions {
    return {
      origin: to.origin,
      type,
      automaticRefresh: this.plan.automaticRefresh[from.index] ?? true,
      connect: (signal) => {
        const { process } = from;
        if (process === undefined) return new Promise(() => undefined);
        return this.network.connect(process, to.index, to.origin, signal);
      },
    };
  }

  /** A process that could not do what its operator asked for, since its disk failed, is started again. */
  failedDisk(node: SimulatedNode, error: unknown): void {
    if (!isOfDisk(error)) throw error;
    this.#restartSoon(node);
  }

  #restartSoon(node: SimulatedNode): void {
    const { process } = node;
    const [afterMs, downMs] = SETTINGS.failedDiskMs;
    this.time.after(afterMs, () => {
      if (process !== undefined && node.process === process) node.end({ unsynced: "lost", isSilent: false, downMs });
    });
  }
}

export const isOfDisk = (error: unknown): boolean =>
  error instanceof StorageError &&
  (error.code === "store_io" || error.code === "store_full" || error.code === "store_closed");
