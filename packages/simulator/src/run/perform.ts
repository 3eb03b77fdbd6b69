import { ProtocolError } from "@concordat/protocol";
import { ReplicaError } from "@concordat/replica";
import { contentProblems } from "../model/content-check.js";
import { recordingWriter } from "../model/recording-replica.js";
import type { Photograph, SimulatedNode } from "../node/simulated-node.js";
import type { Deed } from "../schedule/action.js";
import { isBetween } from "../schedule/topology.js";
import { SeededRandom } from "../seeded-random.js";
import { isNothingToDo, NEXT_SCHEMA } from "../workload.js";
import { refreshNode } from "./refresh-node.js";
import type { World } from "./world.js";

/** Copies of disks that a run may make. */
const CLONES_MAX = 1;

/** Does what an action says, where the world is such that it can be done. Answers whether anything was done. */
export const perform = (world: World, deed: Deed): boolean => {
  switch (deed.kind) {
    case "write":
      return write(world, world.node(deed.node), deed.seed);
    case "crash":
      return crash(world, deed);
    case "restart":
      return restart(world, world.node(deed.node), deed.downMs);
    case "outage":
      return outage(world, world.node(deed.node), deed.downMs);
    case "partition":
      return partition(world, deed);
    case "cut":
    case "stall":
      world.network.ambush(deed.from, deed.to, deed);
      return true;
    case "hostile":
      world.network.ambush(deed.from, deed.to, deed);
      return true;
    case "slow":
      return slow(world, deed);
    case "duplicate":
      return duplicate(world, deed.from, deed.to);
    case "disk-full":
      return fillDisk(world, world.node(deed.node), deed.ms);
    case "read-error":
      world.node(deed.node).faults.readsFailing += deed.reads;
      return true;
    case "write-error":
      world.node(deed.node).faults.nextCommitFails = true;
      return true;
    case "clock-jump":
      world.node(deed.node).clock.jump(deed.ms);
      world.count(deed.ms > 0 ? "clock-jump-ahead" : "clock-jump-back");
      return true;
    case "clock-rate":
      world.node(deed.node).clock.runAt(deed.rate);
      world.count(deed.rate === 0 ? "clock-stopped" : "clock-drift");
      return true;
    case "clock-right":
      world.node(deed.node).clock.putRight();
      return true;
    case "photograph":
      world.node(deed.node).photograph();
      return true;
    case "restore":
      return restore(world, deed);
    case "roll-back":
      return rollBack(world, deed);
    case "refresh":
      return refresh(world, world.node(deed.node), world.node(deed.from));
    case "clone":
      return clone(world, world.node(deed.node));
    case "partner-removed":
      return removePartner(world, deed.edge, deed.ms);
    case "partner-added":
      return addPartner(world, deed.from, deed.to);
    case "schema":
      return changeSchema(world, world.node(deed.node), deed.isNext);
    case "pull-now":
      world.node(deed.node).replica?.pullNow();
      return true;
    case "purge":
      return watched(world, world.node(deed.node), "purge", (node) => node.replica?.purge());
    case "heal":
      return false;
    case "verify":
      return verify(world, world.node(deed.node));
    case "compare":
      return compare(world, world.node(deed.node));
  }
};

const write = (world: World, node: SimulatedNode, seed: number): boolean => {
  const { replica, index, process } = node;
  if (replica === undefined || process === undefined || index === world.plan.pullOnly) return false;
  world.turns += 1;
  const writer = recordingWriter(replica, index, world.history);
  const context = { writer, replica, random: SeededRandom.of(seed), node: index, turn: world.turns };
  process.writes += 1;
  const writing = world.workload(context).finally(() => {
    process.writes -= 1;
  });
  world.watch(`a write at node ${index}`, writing, isNothingToDo);
  return true;
};

const crash = (world: World, deed: Extract<Deed, { kind: "crash" }>): boolean => {
  const node = world.node(deed.node);
  const { process } = node;
  if (!process?.power.isOn) return false;
  process.power.cutAfter(deed.afterEffects, deed.inThe, () => {
    const batches = process.storage.unsynced;
    world.count("crash");
    if (batches > 0) world.count(deed.unsynced === "torn" ? "crash-torn-batch" : `crash-unsynced-${deed.unsynced}`);
    world.say(`node ${node.index} crashes, ${batches} batches ${deed.unsynced}`);
    node.end(deed);
  });
  return true;
};

const restart = (world: World, node: SimulatedNode, downMs: number): boolean => {
  if (node.replica === undefined) return false;
  world.count("restart");
  world.watch(`the stop of node ${node.index}`, node.stop());
  world.time.after(downMs, () => node.start());
  return true;
};

const outage = (world: World, node: SimulatedNode, downMs: number): boolean => {
  if (node.process === undefined) return false;
  world.count("long-outage");
  node.end({ unsynced: "lost", isSilent: true, downMs });
  return true;
};

const partition = (world: World, { side, ms, way }: Extract<Deed, { kind: "partition" }>): boolean => {
  const inside = new Set(side.map((index) => index % world.nodes.length));
  const pairs: (readonly [number, number])[] = [];
  for (const { from, to } of world.edges) {
    if (inside.has(from) === inside.has(to)) continue;
    const [within, without] = inside.has(from) ? [from, to] : [to, from];
    if (way !== "in") pairs.push([within, without]);
    if (way !== "out") pairs.push([without, within]);
  }
  if (pairs.length === 0) return false;
  world.count(way === "both" ? "partition" : "one-way-partition");
  for (const [from, to] of pairs) world.network.block(from, to);
  const { partitions } = world.network;
  world.time.after(ms, () => {
    if (partitions !== world.network.partitions) return;
    for (const [from, to] of pairs) world.network.unblock(from, to);
  });
  return true;
};

const slow = (world: World, { from, to, extraMs, ms }: Extract<Deed, { kind: "slow" }>): boolean => {
  world.network.slowDown(from, to, extraMs);
  world.network.slowDown(to, from, extraMs);
  world.time.after(ms, () => {
    world.network.slowDown(from, to, undefined);
    world.network.slowDown(to, from, undefined);
  });
  return true;
};

/** A second connection beside that of the link: both pull at once. */
const duplicate = (world: World, from: number, to: number): boolean => {
  const node = world.node(from);
  const { process, replica } = node;
  const partner = node.partners.get(to);
  if (!process?.power.isOn || replica === undefined || partner === undefined || partner.type === "allow-pull")
    return false;
  const pulling = world.network.connect(process, to, partner.origin, new AbortController().signal).then((channel) => {
    world.count("connection-duplicated");
    return replica.pullFrom(channel, { connect: partner.connect });
  });
  world.watch(`a second pull of node ${from} from ${to}`, pulling, mayEndPull);
  return true;
};

const mayEndPull = (error: unknown): boolean =>
  error instanceof ProtocolError ||
  (error instanceof ReplicaError && error.code === "closed") ||
  isDuplicateChange(error);

/** Two histories of one server met: a partner reports it, and nothing is applied. */
const isDuplicateChange = (error: unknown): boolean => error instanceof Error && error.name === "DuplicateChangeError";

const fillDisk = (world: World, node: SimulatedNode, ms: number): boolean => {
  node.faults.isFull = true;
  world.time.after(ms, () => {
    node.faults.isFull = false;
  });
  return true;
};

const restore = (
  world: World,
  { node: index, age, downMs, afterEffects }: Extract<Deed, { kind: "restore" }>,
): boolean => {
  const node = world.node(index);
  const { process } = node;
  if (process?.power.isOn !== true || photographOf(node, age) === undefined || world.history.hasForks) return false;
  process.power.cutAfter(afterEffects, "middle", () => {
    const had = process.replica?.ruv() ?? node.ruv;
    node.end({ unsynced: "lost", isSilent: false, downMs });
    // Whoever wrote a moment before is told first.
    world.time.after(0, () => {
      const photograph = photographOf(node, age);
      // A copy of its disk may run by now, or all be put right.
      if (photograph === undefined || world.history.hasForks || node.process !== undefined) return;
      world.count("restore");
      world.say(`the disk of node ${node.index} is lost, and its operator restores a backup`);
      world.observer.lose(node, had, photograph.ruv, undefined);
      node.goBackTo(photograph, true);
    });
  });
  return true;
};

const rollBack = (world: World, { node: index, age, downMs }: Extract<Deed, { kind: "roll-back" }>): boolean => {
  if (world.history.hasForks) return false;
  const node = nodesFrom(world, index).find((other) => isOfThisIncarnation(other, photographOf(other, age)));
  const photograph = node && photographOf(node, age);
  if (node === undefined || photograph === undefined) return false;
  world.count("disk-rolled-back");
  world.say(`the disk of node ${node.index} goes back`);
  node.end({ unsynced: "lost", isSilent: false, downMs });
  world.observer.lose(node, node.ruv, photograph.ruv, undefined);
  world.history.fork(photograph.server, seenOf(photograph));
  world.forkedAtMs = world.time.nowMs;
  node.goBackTo(photograph, false);
  return true;
};

/** What a disk forgets of its own healing nobody else knows: a silent fall is one of this incarnation, and the only one. */
const isOfThisIncarnation = ({ server }: SimulatedNode, photograph: Photograph | undefined): boolean =>
  photograph !== undefined && photograph.server === server;

const photographOf = ({ photographs }: SimulatedNode, age: number): Photograph | undefined =>
  photographs[age % Math.max(1, photographs.length)];

/** All nodes, that one first. */
const nodesFrom = ({ nodes }: World, index: number): readonly SimulatedNode[] => {
  const at = index % nodes.length;
  return [...nodes.slice(at), ...nodes.slice(0, at)];
};

const refresh = (world: World, node: SimulatedNode, from: SimulatedNode): boolean => {
  const partner = node.partners.get(from.index);
  if (node.replica === undefined || partner === undefined || partner.type === "allow-pull") return false;
  const refreshing = refreshNode(world, node, from.origin).then((isDone) => {
    if (isDone) world.count("refresh-discarding");
  });
  world.watch(`the refresh of node ${node.index}`, refreshing);
  return true;
};

const seenOf = ({ server, ruv }: { readonly server: string; readonly ruv: SimulatedNode["ruv"] }): number =>
  [...ruv].find(([of]) => of === server)?.[1].seen ?? 0;

const clone = (world: World, original: SimulatedNode): boolean => {
  const { server, disk, index } = original;
  const isPlain = index !== world.plan.supplyOnly && index !== world.plan.pullOnly;
  if (server === undefined || disk.current === undefined || world.history.hasForks || !isPlain) return false;
  if (world.nodes.length >= world.plan.nodes + CLONES_MAX) return false;
  world.count("disk-cloned");
  world.say(`the disk of node ${index} is copied`);
  world.history.fork(server, seenOf({ server, ruv: original.ruv }));
  world.forkedAtMs = world.time.nowMs;
  const copy = world.addNode(disk.image());
  copy.schema = original.schema;
  for (const partner of [...original.partners.keys(), index]) {
    if (partner === world.plan.supplyOnly || partner === world.plan.pullOnly) continue;
    const edge = { from: copy.index, to: partner, pulls: "both" as const };
    world.edges.push(edge);
    world.link(edge);
    world.node(partner).setPartners();
  }
  copy.start();
  return true;
};

const removePartner = (world: World, index: number, ms: number): boolean => {
  const edge = world.edges[index % world.edges.length];
  if (edge === undefined || !world.node(edge.from).partners.has(edge.to)) return false;
  world.count("partner-removed");
  const both = [world.node(edge.from), world.node(edge.to)];
  world.unlink(edge);
  for (const node of both) node.setPartners();
  world.time.after(ms, () => {
    if (world.node(edge.from).partners.has(edge.to)) return;
    world.count("partner-added");
    world.link(edge);
    for (const node of both) node.setPartners();
  });
  return true;
};

const addPartner = (world: World, from: number, to: number): boolean => {
  const pairs = strangers(world);
  const pair = pairs[(from * world.nodes.length + to) % Math.max(1, pairs.length)];
  if (pair === undefined) return false;
  world.count("partner-added");
  const edge = { from: pair[0], to: pair[1], pulls: "both" as const };
  world.edges.push(edge);
  world.link(edge);
  for (const index of pair) world.node(index).setPartners();
  return true;
};

/** Those who are no partners, and may become partners. */
const strangers = ({ plan, nodes, edges }: World): readonly (readonly [number, number])[] => {
  const plain = nodes.map(({ index }) => index).filter((index) => index !== plan.supplyOnly && index !== plan.pullOnly);
  return plain.flatMap((left, at) =>
    plain
      .slice(at + 1)
      .filter((right) => !edges.some((edge) => isBetween(edge, left, right)))
      .map((right) => [left, right] as const),
  );
};

const changeSchema = (world: World, node: SimulatedNode, isNext: boolean): boolean => {
  world.count("schema-change");
  node.schema = isNext ? NEXT_SCHEMA : world.schema;
  return watched(world, node, "setSchema", ({ replica, schema }) =>
    replica?.setSchema(schema).catch((error: unknown) => world.failedDisk(node, error)),
  );
};

const verify = (world: World, node: SimulatedNode): boolean =>
  watched(world, node, "verify", async ({ replica }) => {
    const report = await replica?.verify();
    if (report && report.problems.length > 0) world.violate("verify", `node ${node.index}: ${report.problems[0]}`);
  });

/** Holds what a node shows in the middle of a run against the history. */
const compare = (world: World, node: SimulatedNode): boolean =>
  watched(world, node, "compare", async ({ replica }) => {
    if (replica === undefined) return;
    const ruv = replica.ruv();
    const entries = [];
    for await (const entry of replica.entries()) entries.push(entry);
    const [problem] = contentProblems({ entries, ruv }, world.history);
    if (problem) world.violate("content", `node ${node.index}: ${problem}`);
  });

const watched = (
  world: World,
  node: SimulatedNode,
  what: string,
  work: (node: SimulatedNode) => Promise<unknown> | undefined,
): boolean => {
  if (node.replica === undefined) return false;
  const mayReject = (error: unknown): boolean => error instanceof ReplicaError && error.code === "closed";
  world.watch(`${what} of node ${node.index}`, work(node) ?? Promise.resolve(), mayReject);
  return true;
};
