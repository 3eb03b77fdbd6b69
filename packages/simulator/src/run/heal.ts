import type { PartnerStatus } from "@concordat/replica";
import { EPOCH_MICROS } from "../clock/node-clock.js";
import type { SimulatedNode } from "../node/simulated-node.js";
import { Violation } from "../violation.js";
import { NEXT_SCHEMA } from "../workload.js";
import { heldByAnybody, members } from "./members.js";
import { refreshNode } from "./refresh-node.js";
import { SETTINGS, type World } from "./world.js";

const ROUND_MS = 2 * SETTINGS.pollIntervalMs;
/** What is on its way when all are equal has arrived by then, and may change that. */
const IN_FLIGHT_MS = 1_000;
/** Connections that nothing comes through any more are given up by then. */
const DEADLINES_MS = 2 * SETTINGS.deadlines.idleMs;

/** Of how everybody became equal. */
export interface Healed {
  /** Rounds of two polls each. */
  readonly rounds: number;
  /** From when everything was put right, or could be known, until all were equal. */
  readonly equalAfterMs: number;
  /** What anybody had of forked histories when everything was put right. */
  readonly held: ReadonlySet<string>;
}

/**
 * Ends every fault and every write, and lets the nodes become equal: by themselves, save for what their links ask an operator
 * for. Invariant 1.
 */
export const heal = async (world: World): Promise<Healed> => {
  endFaults(world);
  await startAll(world);
  await world.pass(60_000, () => world.nodes.every(isAtRest));
  const held = await heldByAnybody(world);
  await passFutureStamps(world);
  const roundsMax = Math.ceil(DEADLINES_MS / ROUND_MS) + 2 * world.nodes.length + 6;
  const startMs = world.time.nowMs;
  for (let round = 0; round < roundsMax; round += 1) {
    if (round > 0) await actAsOperator(world);
    if (round > 1) await refreshPullOnly(world);
    if (round === Math.ceil(roundsMax / 2) && world.history.hasForks) await refreshTogether(world);
    for (const replica of world.running) replica.pullNow();
    await world.pass(ROUND_MS, () => isEqual(world));
    const equalAfterMs = world.time.nowMs - startMs;
    if (isEqual(world)) await world.pass(IN_FLIGHT_MS);
    if (isEqual(world)) return { rounds: round + 1, equalAfterMs, held };
  }
  throw new Violation("convergence", `not equal after ${roundsMax} rounds: ${differences(world)}`);
};

/** Nobody writes, and no operator discards anything any more. */
const isAtRest = ({ process }: SimulatedNode): boolean =>
  process?.writes === 0 && process.operatorRefresh === undefined;

const endFaults = (world: World): void => {
  world.say("everything is put right");
  world.rightSinceMs = world.time.nowMs;
  world.network.heal();
  const hasNext = world.nodes.some(({ schema }) => schema === NEXT_SCHEMA);
  for (const edge of world.edges) if (!world.node(edge.from).partners.has(edge.to)) world.link(edge);
  for (const node of world.nodes) {
    node.faults.heal();
    // As its operator would have done a moment later.
    if (node.process?.storage.hasFailed) node.end({ unsynced: "lost", isSilent: false, downMs: undefined });
    node.clock.putRight();
    node.process?.power.cutAfter(Number.POSITIVE_INFINITY, "middle", () => undefined);
    if (hasNext) node.schema = NEXT_SCHEMA;
  }
};

const startAll = async (world: World): Promise<void> => {
  const isUp = (): boolean => world.nodes.every(({ replica }) => replica !== undefined);
  for (const node of world.nodes) node.start();
  await world.settle();
  for (let wait = 0; wait < 100 && !isUp(); wait += 1) {
    await world.pass(1_000, isUp);
    for (const node of world.nodes) node.start();
    await world.settle();
  }
  for (const node of world.nodes) {
    const { replica, index } = node;
    if (replica === undefined) throw new Violation("crash-recovery", `node ${index} does not start`);
    node.setPartners();
    if (replica.schema !== node.schema)
      await world.until(replica.setSchema(node.schema), `the schema of node ${index}`);
  }
};

/** Changes that are stamped too far ahead are refused until the time has come: nothing is lost by that but time. */
const passFutureStamps = async (world: World): Promise<void> => {
  const newest = Math.max(...world.nodes.flatMap(({ ruv }) => [...ruv.values()].map(({ seen }) => seen)));
  const aheadMs = (newest - EPOCH_MICROS) / 1_000 - world.time.nowMs;
  if (aheadMs > 0) await world.pass(aheadMs);
};

/** Vectors that are equal say nothing while a link still has to do with two histories of one server. */
const isEqual = (world: World): boolean => areVectorsEqual(world) && !(world.history.hasForks && isHealing(world));

const isHealing = ({ running }: World): boolean =>
  running.some((replica) =>
    replica.status().partners.some(({ state }) => state === "unwilling" || state === "duplicate-server-uuid"),
  );

const areVectorsEqual = (world: World): boolean => {
  const [first, ...others] = members(world);
  if (first?.replica === undefined || !others.every((other) => isSeenEqual(first, other))) return false;
  const { supplyOnly } = world.plan;
  if (supplyOnly === undefined) return true;
  const { ruv, server } = world.node(supplyOnly);
  return server === undefined || (first.ruv.get(server)?.seen ?? 0) >= (ruv.get(server)?.seen ?? 0);
};

const isSeenEqual = (left: SimulatedNode, right: SimulatedNode): boolean => {
  return right.replica !== undefined && claimsAllOf(left, right) && claimsAllOf(right, left);
};

/** A row that is all zero says nothing. */
const claimsAllOf = (left: SimulatedNode, right: SimulatedNode): boolean => {
  for (const [server, { seen }] of right.ruv) if ((left.ruv.get(server)?.seen ?? 0) < seen) return false;
  return true;
};

/** What only a refresh mends, and nobody but a person decides. */
const NEEDS_REFRESH: ReadonlySet<PartnerStatus["state"]> = new Set([
  "refresh-required",
  "domain-mismatch",
  "no-overlap",
  "critical",
  "duplicate-server-uuid",
]);

/** Does what the links say somebody has to do: one refresh at a time. Where one is refused, the next node that asks is refreshed. */
const actAsOperator = async (world: World): Promise<void> => {
  for (const node of world.nodes) {
    const { replica } = node;
    const asking = replica?.status().partners.filter(needsRefresh) ?? [];
    const asked = asking.find((partner) => partner.state !== "critical" || !isKept(world, node, partner));
    if (asked === undefined) continue;
    if (asked.type === "allow-pull") {
      linkBothWays(world, node, asked.origin);
      return;
    }
    if (await refresh(world, node, asked.origin)) return;
  }
};

/** A node that only supplies finds out since when its history is one of two from a partner that it pulls from. */
const linkBothWays = (world: World, node: SimulatedNode, origin: string): void => {
  const partner = world.nodes.find((other) => other.origin === origin);
  if (partner === undefined) return;
  world.say(`the operators of node ${node.index} and node ${partner.index} let each pull from the other`);
  world.link({ from: node.index, to: partner.index, pulls: "both" });
  for (const each of [node, partner]) each.setPartners();
};

/**
 * Where several nodes took over changes that were withdrawn, each that is refreshed takes them over again from the next: they are
 * refreshed while nobody pulls from anybody else. Model, section 6, what this cannot do.
 */
const refreshTogether = async (world: World): Promise<void> => {
  const [asked] = world.nodes.flatMap(({ replica }) => replica?.status().partners ?? []).filter(needsRefresh);
  const source = world.nodes.find(({ origin }) => origin === asked?.origin) ?? world.node(0);
  world.say(`all nodes are refreshed from ${source.origin}, with all links down`);
  world.count("refreshed-together");
  for (const { replica } of world.nodes) replica?.setPartners([]);
  for (const node of world.nodes) {
    if (node === source || node.replica === undefined) continue;
    node.replica.setPartners([world.partner(node, source, "pull")]);
    await refresh(world, node, source.origin);
    node.replica.setPartners([]);
  }
  for (const node of world.nodes) node.setPartners();
};

/** What only a node has that nobody pulls from can come to nobody else: it was restored, or refreshed, away. */
const refreshPullOnly = async (world: World): Promise<void> => {
  const { pullOnly } = world.plan;
  const node = pullOnly === undefined ? undefined : world.node(pullOnly);
  const partner = world.nodes.find(({ index }) => node?.partners.has(index));
  if (node?.replica === undefined || partner === undefined || claimsAllOf(partner, node)) return;
  await refresh(world, node, partner.origin);
};

const needsRefresh = ({ state }: PartnerStatus): boolean => NEEDS_REFRESH.has(state);

/**
 * Of two that cannot supply each other, one is kept: whoever was refreshed last, so that what somebody has decided for spreads, or else the
 * first. A node between two such would otherwise be refreshed from the one and from the other for ever.
 */
const isKept = (world: World, node: SimulatedNode, { origin }: PartnerStatus): boolean => {
  const partner = world.nodes.find((other) => other.origin === origin);
  if (partner === undefined) return false;
  if (node.refreshedAtMs !== partner.refreshedAtMs) return node.refreshedAtMs > partner.refreshedAtMs;
  return node.index < partner.index;
};

const refresh = async (world: World, node: SimulatedNode, from: string): Promise<boolean> => {
  world.say(`the operator of node ${node.index} refreshes it from ${from}`);
  world.count("refreshed-by-operator");
  return world.until(refreshNode(world, node, from), `the refresh of node ${node.index}`);
};

const differences = (world: World): string => {
  const links = world.nodes.flatMap(({ index, replica }) =>
    (replica?.status().partners ?? [])
      .filter(({ state }) => state !== "in-sync" && state !== "supply-only")
      .map(({ origin, message }) => `node ${index} to ${origin}: ${message}`),
  );
  if (links.length > 0) return links.slice(0, 3).join("; ");
  return members(world)
    .map(
      ({ index, ruv }) =>
        `node ${index}: ${[...ruv]
          .map(([server, { seen }]) => `${server.slice(0, 8)}@${seen % 1e9}`)
          .sort()
          .join(" ")}`,
    )
    .join("; ");
};
