import type { Ruv, ServerUuid } from "@concordat/crdt";
import { claims } from "../model/content-check.js";
import {
  type CreationHistory,
  changesAnything,
  type History,
  nameOfCreation,
  type RecordedChange,
  type RecordedOperation,
} from "../model/history.js";
import { isOvertaken } from "../model/overtaken.js";
import type { SimulatedNode } from "../node/simulated-node.js";
import type { Plan } from "../schedule/plan.js";
import type { Checker } from "../violation.js";
import type { Trace } from "../world/trace.js";

/** What is looked at, and who is told. */
export interface Observed {
  readonly nodes: readonly SimulatedNode[];
  readonly plan: Plan;
  readonly history: History;
  readonly trace: Trace;
  say(line: string): void;
  violate(checker: Checker, message: string): void;
  watch(what: string, work: Promise<unknown>): void;
}

/** Looks at every node after every step: what a vector may do, and what must survive. Invariants 4, 5 and 6. */
export class Observer {
  readonly #world: Observed;
  readonly #issued = new Map<ServerUuid, number>();
  #recorded = 0;

  constructor(world: Observed) {
    this.#world = world;
  }

  observe(node: SimulatedNode): void {
    this.#expectIssuedRising();
    const { process } = node;
    // One that is ending still finishes what it was asked.
    const replica = process?.power.isOn ? process.replica : undefined;
    if (replica === undefined) return;
    const ruv = replica.ruv();
    if (ruv === node.ruv) return;
    const { serverUuid } = replica;
    this.#world.trace.note(node.index * 31 + ruv.size);
    if (serverUuid === node.server) this.#expectRisen(node, node.ruv, ruv);
    else if (node.server !== undefined) this.#renewed(node, ruv);
    for (const [server, { seen, purged }] of ruv) {
      if (purged > seen)
        this.#world.violate("vector-falls", `node ${node.index} has purged of ${server} what it does not claim`);
    }
    node.ruv = ruv;
    node.server = serverUuid;
  }

  /** A process has started: everything that the last one was told is durable must be there. */
  started(node: SimulatedNode): void {
    const world = this.#world;
    const { replica } = node;
    if (replica === undefined) return;
    world.say(`node ${node.index} runs as ${replica.serverUuid}`);
    world.watch(
      `verify of node ${node.index} after its start`,
      replica.verify().then(({ problems }) => {
        if (problems.length > 0) world.violate("crash-recovery", `node ${node.index} after its start: ${problems[0]}`);
      }),
    );
  }

  /**
   * A replica goes on under another uuid, with another content: what it had and has no more must be elsewhere, exported, or
   * discarded by an operator who was asked.
   */
  #renewed(node: SimulatedNode, ruv: Ruv): void {
    const world = this.#world;
    const process = node.process;
    if (process?.renewal === "fork_healed" && !world.history.hasForks)
      world.violate("change-ids-rise", `node ${node.index} healed a fork, and no disk had gone back or was copied`);
    const mustExport =
      process?.renewal === "refresh_done" && process.operatorRefresh === undefined ? process.exported : undefined;
    this.lose(node, node.ruv, ruv, mustExport);
  }

  /** The only disk with some changes may be gone: from here on nobody has to have them. */
  lose(node: SimulatedNode, before: Ruv, after: Ruv, exported: ReadonlySet<string> | undefined): void {
    const world = this.#world;
    // From one that nobody pulls from nothing comes back.
    const others = world.nodes
      .filter((other) => other !== node && other.index !== world.plan.pullOnly)
      .map(({ ruv }) => ruv);
    if (node.server !== undefined) world.history.serverLost(node.server);
    // What it wrote a moment ago was not looked at yet.
    const had = (change: RecordedChange): boolean => claims(before, change) || change.server === node.server;
    for (const change of world.history.changes) {
      if (change.mayBeMissing || !had(change) || claims(after, change)) continue;
      if (others.some((other) => claims(other, change))) continue;
      change.mayBeMissing = true;
      const isThere = (other: RecordedChange): boolean => !other.mayBeMissing && claims(after, other);
      if (exported) this.#expectExported(node, change, exported, isThere);
    }
  }

  /** @param isThere whether the new content has a change. */
  #expectExported(
    node: SimulatedNode,
    change: RecordedChange,
    exported: ReadonlySet<string>,
    isThere: (change: RecordedChange) => boolean,
  ): void {
    for (const operation of change.operations) {
      const { creation } = operation;
      const of = this.#world.history.creations.get(nameOfCreation(creation));
      if (exported.has(creation.uuid) || !isLost(change, operation, of, isThere)) continue;
      this.#world.violate(
        "nothing-lost",
        `an automatic refresh of node ${node.index} discarded the change of ${change.ts} to ${creation.uuid} without exporting it`,
      );
    }
  }

  #expectRisen(node: SimulatedNode, before: Ruv, after: Ruv): void {
    // A fork is healed in one commit; the new uuid is taken a moment later.
    if (
      this.#world.history.hasForks &&
      node.server &&
      this.#world.history.isForked({ server: node.server, ts: Number.MAX_SAFE_INTEGER })
    )
      return;
    for (const [server, row] of before) {
      const now = after.get(server);
      if (now !== undefined && now.seen >= row.seen && now.purged >= row.purged) continue;
      this.#world.violate(
        "vector-falls",
        `node ${node.index} claimed ${server} up to ${row.seen} (purged ${row.purged}), and now ${now?.seen ?? 0} (${now?.purged ?? 0})`,
      );
    }
  }

  #expectIssuedRising(): void {
    const { changes } = this.#world.history;
    for (; this.#recorded < changes.length; this.#recorded += 1) {
      const change = changes[this.#recorded] as RecordedChange;
      if (change.status !== "acknowledged") continue;
      const before = this.#issued.get(change.server) ?? 0;
      if (change.ts <= before && !this.#world.history.isForked(change))
        this.#world.violate("change-ids-rise", `server ${change.server} issued ${change.ts} after ${before}`);
      this.#issued.set(change.server, change.ts);
    }
  }
}

/**
 * Whether anything is lost with a change that the new content does not claim. Not what was deleted, nor what was overtaken by
 * changes that are there: a healed server may give up the claim to a change of which nothing is left.
 */
const isLost = (
  change: RecordedChange,
  operation: RecordedOperation,
  of: CreationHistory | undefined,
  isThere: (change: RecordedChange) => boolean,
): boolean => {
  if (operation.kind === "delete" || (of && of.deletes.length > 0)) return false;
  if (operation.kind === "create") return true;
  const { attribute, effect } = operation;
  return changesAnything(effect) && !isOvertaken({ change, effect }, of?.attributes.get(attribute) ?? [], isThere);
};
