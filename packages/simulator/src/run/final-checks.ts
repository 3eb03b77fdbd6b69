import type { Conflict, Entry, Replica } from "@concordat/replica";
import { claims, contentProblems } from "../model/content-check.js";
import type { SimulatedNode } from "../node/simulated-node.js";
import { SHORT_AGE_MS } from "../schedule/plan.js";
import { Violation } from "../violation.js";
import { members } from "./heal.js";
import { SETTINGS, type World } from "./world.js";

/** Everything that must hold once all vectors are equal. */
export const checkAll = async (world: World): Promise<void> => {
  for (const node of world.nodes) await verify(world, node);
  for (const node of world.nodes) await expectContent(world, node);
  expectNothingLost(world);
  await expectEqual(world);
  await expectSameViews(world);
  const { framesWaitingMax } = world.network;
  if (framesWaitingMax > SETTINGS.framesWaitingMax)
    throw new Violation("queue-bounds", `${framesWaitingMax} frames waited in one direction of one connection`);
};

const replicaOf = ({ replica, index }: SimulatedNode): Replica => {
  if (replica === undefined) throw new Violation("crash-recovery", `node ${index} does not run at the end`);
  return replica;
};

const verify = async (world: World, node: SimulatedNode): Promise<void> => {
  const { problems } = await world.until(replicaOf(node).verify(), `verify of node ${node.index}`);
  if (problems.length > 0) world.fail("verify", `node ${node.index}: ${problems[0]}`);
};

const entriesOf = async (replica: Replica): Promise<Entry[]> => {
  const entries: Entry[] = [];
  for await (const entry of replica.entries()) entries.push(entry);
  return entries;
};

const expectContent = async (world: World, node: SimulatedNode): Promise<void> => {
  const replica = replicaOf(node);
  const entries = await world.until(entriesOf(replica), `the entries of node ${node.index}`);
  const [problem] = contentProblems({ entries, ruv: replica.ruv() }, world.history);
  if (problem) world.fail("content", `node ${node.index} at the end: ${problem}`);
};

/** Invariant 2: what was acknowledged, and was not on a disk that is gone, is claimed by everybody. */
const expectNothingLost = (world: World): void => {
  for (const change of world.history.changes) {
    if (change.mayBeMissing) continue;
    const without = members(world).find(({ ruv }) => !claims(ruv, change));
    if (without === undefined) continue;
    const what = change.operations.map(({ kind, creation }) => `${kind} ${creation.uuid}`).join(", ");
    world.fail(
      "nothing-lost",
      `node ${without.index} never got the change that node ${change.node} acknowledged (${change.ts} of ${change.server}: ${what})`,
    );
  }
};

/** Invariant 1: byte by byte, once purged to the common horizon. */
const expectEqual = async (world: World): Promise<void> => {
  if (await areDigestsEqual(world)) return;
  if (world.plan.changelogMaxAgeMs === SHORT_AGE_MS) {
    await world.pass(SHORT_AGE_MS + 2 * SETTINGS.clockSkewMaxMs);
    for (const node of members(world)) await world.until(replicaOf(node).purge(), `the purge of node ${node.index}`);
    if (await areDigestsEqual(world)) return;
  }
  throw new Violation("convergence", "the vectors are equal, and the merged states are not");
};

const areDigestsEqual = async (world: World): Promise<boolean> => {
  const digests = new Set<string>();
  for (const node of members(world)) {
    const { sha256 } = await world.until(replicaOf(node).digest(), `the digest of node ${node.index}`);
    digests.add(sha256);
  }
  return digests.size === 1;
};

/** Invariant 7: the same conflicts, winners and references everywhere. */
const expectSameViews = async (world: World): Promise<void> => {
  let first: string | undefined;
  for (const node of members(world)) {
    const replica = replicaOf(node);
    const entries = await world.until(entriesOf(replica), `the entries of node ${node.index}`);
    const conflicts = await world.until(conflictsOf(replica), `the conflicts of node ${node.index}`);
    const view = JSON.stringify({ entries, conflicts });
    first ??= view;
    if (view !== first) throw new Violation("same-views", `node ${node.index} shows ${firstDifference(view, first)}`);
  }
};

const conflictsOf = async (replica: Replica): Promise<Conflict[]> => {
  const all: Conflict[] = [];
  let after: string | undefined;
  do {
    const page = await replica.conflicts(after === undefined ? { limit: 1_000 } : { limit: 1_000, after });
    all.push(...page.conflicts);
    after = page.next;
  } while (after !== undefined);
  return all;
};

const firstDifference = (left: string, right: string): string => {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  const from = Math.max(0, at - 80);
  return `…${left.slice(from, at + 80)}…, and another …${right.slice(from, at + 80)}…`;
};
