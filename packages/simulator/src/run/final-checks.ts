import type { Conflict, Entry, Replica } from "@concordat/replica";
import { constraintProblems } from "../model/constraint-check.js";
import { claims, contentProblems } from "../model/content-check.js";
import type { SimulatedNode } from "../node/simulated-node.js";
import { isPurging } from "../schedule/plan.js";
import { Violation } from "../violation.js";
import { entriesOf, members, replicaOf, rootUuid } from "./members.js";
import { SETTINGS, type World } from "./world.js";

/** Everything that must hold once all vectors are equal. @param held what anybody still had when everything was put right. */
export const checkAll = async (world: World, held: ReadonlySet<string>): Promise<void> => {
  for (const node of world.nodes) await verify(world, node);
  const shown = await shownByAll(world);
  for (const [node, entries] of shown) expectContent(world, node, entries);
  expectNothingLost(world);
  expectHeldKept(world, held, shown);
  const hasPurged = await expectEqual(world);
  await expectSameViews(world, hasPurged ? await shownByAll(world) : shown);
  const { framesWaitingMax } = world.network;
  if (framesWaitingMax > SETTINGS.framesWaitingMax)
    throw new Violation("queue-bounds", `${framesWaitingMax} frames waited in one direction of one connection`);
};

const verify = async (world: World, node: SimulatedNode): Promise<void> => {
  const { problems } = await world.until(replicaOf(node).verify(), `verify of node ${node.index}`);
  if (problems.length > 0) world.fail("verify", `node ${node.index}: ${problems[0]}`);
};

type Shown = ReadonlyMap<SimulatedNode, readonly Entry[]>;

const shownByAll = async (world: World): Promise<Shown> => {
  const shown = new Map<SimulatedNode, readonly Entry[]>();
  for (const node of world.nodes)
    shown.set(node, await world.until(entriesOf(replicaOf(node)), `the entries of node ${node.index}`));
  return shown;
};

const expectContent = (world: World, node: SimulatedNode, entries: readonly Entry[]): void => {
  const [problem] = contentProblems({ entries, ruv: replicaOf(node).ruv() }, world.history);
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

/**
 * Of a forked server some changes exist in two versions, and vectors do not tell which: but whatever anybody still had is
 * everywhere, if nobody deleted it, and no operator discarded it; of a fork that has not shown, somewhere.
 */
const expectHeldKept = (world: World, held: ReadonlySet<string>, shownBy: Shown): void => {
  if (!world.history.hasForks || world.counts.has("refreshed-by-operator")) return;
  const showing = knownGap(world) ? members(world) : members(world).slice(0, 1);
  const shown = new Set(showing.flatMap((node) => shownBy.get(node)?.map(rootUuid) ?? []));
  const exported = world.nodes.flatMap(({ process }) => [...(process?.exported ?? [])]);
  for (const uuid of exported) shown.add(uuid);
  const deleted = new Set<string>();
  for (const { creation, deletes } of world.history.creations.values())
    if (deletes.length > 0) deleted.add(creation.uuid);
  for (const uuid of held) {
    if (!shown.has(uuid) && !deleted.has(uuid))
      world.fail("nothing-lost", `entry ${uuid} was there, nobody deleted it, and it is gone`);
  }
};

/** What is known, and not mended: docs/reliability.md. */
const FORGOTTEN = "fork-forgotten";
const HIDDEN = "fork-hidden";

/** Whether a fork could not be healed for as long as histories are kept, and no operator did what its link asked for. */
const isForkForgotten = ({ nodes, plan, time }: World): boolean =>
  nodes.some(({ forkedSinceMs }) => forkedSinceMs !== undefined && time.nowMs - forkedSinceMs > plan.changelogMaxAgeMs);

/**
 * Whether a node goes on under the uuid of a forked history, and who could have shown the other one was refreshed or restored, or away for
 * as long as histories are kept. Model, section 6, what this cannot do.
 */
const isForkHidden = ({ nodes, history, counts, plan, forkedAtMs = 0, rightSinceMs }: World): boolean => {
  const isOfFork = ({ server }: SimulatedNode): boolean =>
    server !== undefined && history.isForked({ server, ts: Number.MAX_SAFE_INTEGER });
  // Of a disk and its copy, one may keep the uuid.
  if (nodes.filter(isOfFork).length <= (counts.has("disk-cloned") ? 1 : 0)) return false;
  return (
    counts.has("refresh-discarding") || counts.has("restore") || rightSinceMs - forkedAtMs > plan.changelogMaxAgeMs
  );
};

const knownGap = (world: World): string | undefined => {
  if (isForkForgotten(world)) return FORGOTTEN;
  return isForkHidden(world) ? HIDDEN : undefined;
};

/** Invariant 1: byte by byte, once purged to the common horizon. Answers whether that was needed. */
const expectEqual = async (world: World): Promise<boolean> => {
  if (await areDigestsEqual(world)) return false;
  if (isPurging(world.plan)) {
    await world.pass(world.plan.changelogMaxAgeMs + 2 * SETTINGS.clockSkewMaxMs);
    for (const node of members(world)) await world.until(replicaOf(node).purge(), `the purge of node ${node.index}`);
    if (await areDigestsEqual(world)) return true;
  }
  const known = knownGap(world);
  if (known !== undefined) {
    world.count(known);
    return true;
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
const expectSameViews = async (world: World, shown: Shown): Promise<void> => {
  if (world.counts.has(FORGOTTEN) || world.counts.has(HIDDEN)) return;
  let first: string | undefined;
  for (const node of members(world)) {
    const replica = replicaOf(node);
    const entries = shown.get(node) ?? [];
    const conflicts = await world.until(conflictsOf(replica), `the conflicts of node ${node.index}`);
    const [problem] = constraintProblems(entries, node.schema);
    if (problem) world.fail("same-views", `node ${node.index}: ${problem}`);
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
