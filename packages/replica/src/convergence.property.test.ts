import { type ChangeId, compareChangeIds, type Uuid } from "@concordat/crdt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ReplicaError } from "./index.js";
import { closeAll, heal, pullOnce, type TestNode, topology } from "./testing/test-topology.js";

/** One step of a history on real replicas, over real frames that may be cut. */
type Step =
  | {
      readonly kind: "write";
      readonly at: number;
      readonly entry: number;
      readonly name: string;
      readonly clockStep: number;
    }
  | { readonly kind: "delete"; readonly at: number; readonly entry: number }
  | { readonly kind: "pull"; readonly at: number; readonly from: number; readonly afterFrames: number | undefined };

const NODES = 4;
const ENTRIES = 5;
const node = fc.nat(NODES - 1);
const entry = fc.nat(ENTRIES - 1);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      at: node,
      entry,
      name: fc.constantFrom("a", "b"),
      clockStep: fc.integer({ min: -50, max: 50 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const), at: node, entry }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("pull" as const),
      at: node,
      from: node,
      // Hello, Begin, then chunks of two entries: a cut anywhere in the stream, or none.
      afterFrames: fc.option(fc.integer({ min: 2, max: 5 }), { nil: undefined }),
    }),
  },
);

/** A write that was acknowledged: what a reader may see from then on is this or something later. */
interface Acknowledged {
  readonly uuid: Uuid;
  readonly name: string;
  readonly value: number;
  readonly changeId: ChangeId;
}

const ROUNDS = Number(process.env.CONCORDAT_PROPERTY_RUNS ?? 60);

test("whatever is cut, nothing that a replica claims is missing, nobody comes back from the dead, and all converge", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 50, size: "max" }), async (steps) => {
      const nodes = await topology(["a", "b", "c", "d"]);
      const uuids = await createEntries(nodes);
      const writes: Acknowledged[] = [];
      const deleted = new Set<Uuid>();
      for (const [index, item] of steps.entries()) {
        await play(nodes, uuids, item, index, writes, deleted);
        if (item.kind === "pull") await expectClaimsHeld(nodes[item.at] as TestNode, writes);
      }
      await heal(nodes);
      for (const each of nodes) await expectClaimsHeld(each, writes);
      await expectConverged(nodes, deleted);
      await closeAll(nodes);
    }),
    { numRuns: ROUNDS },
  );
});

const createEntries = async (nodes: readonly TestNode[]): Promise<Uuid[]> => {
  const [first] = nodes as [TestNode];
  const { result } = await first.replica.transact(async (transaction) => {
    const uuids: Uuid[] = [];
    for (let index = 0; index < ENTRIES; index += 1) uuids.push(await transaction.create({ a: -1, b: -1 }));
    return uuids;
  });
  await heal(nodes);
  return result;
};

const play = async (
  nodes: readonly TestNode[],
  uuids: readonly Uuid[],
  item: Step,
  value: number,
  writes: Acknowledged[],
  deleted: Set<Uuid>,
): Promise<void> => {
  const at = nodes[item.at] as TestNode;
  if (item.kind === "pull") {
    if (item.at !== item.from)
      await pullOnce(
        at,
        nodes[item.from] as TestNode,
        item.afterFrames === undefined ? {} : { afterFrames: item.afterFrames },
      );
    return;
  }
  const uuid = uuids[item.entry] as Uuid;
  if (item.kind === "write") at.clock.micros += item.clockStep;
  try {
    const { changeId } = await at.replica.transact((transaction) =>
      item.kind === "delete" ? transaction.delete(uuid) : transaction.modify(uuid, { [item.name]: value }),
    );
    if (item.kind === "delete") deleted.add(uuid);
    else if (changeId) writes.push({ uuid, name: item.name, value, changeId });
  } catch (error) {
    if (!(error instanceof ReplicaError && error.code === "entry_deleted")) throw error;
  }
};

/** What the vector claims is there: the value itself, or that of a later change. */
const expectClaimsHeld = async (
  { name: nodeName, replica }: TestNode,
  writes: readonly Acknowledged[],
): Promise<void> => {
  for (const { uuid, name, changeId, value } of writes) {
    if (changeId.ts > (replica.ruv().get(changeId.server)?.seen ?? 0)) continue;
    const found = await replica.lookup(uuid);
    if (found.kind === "tombstone") continue;
    expect(found.kind, `${nodeName} claims ${value} and has no entry`).toBe("live");
    const shown = found.kind === "live" ? found.entry.attributes[name] : undefined;
    const winner = writes.find((write) => write.uuid === uuid && write.name === name && write.value === shown);
    const isLater = winner !== undefined && compareChangeIds(winner.changeId, changeId) >= 0;
    expect(isLater, `${nodeName} claims ${name}=${value} of ${uuid} and shows ${String(shown)}`).toBe(true);
  }
};

const expectConverged = async (nodes: readonly TestNode[], deleted: ReadonlySet<Uuid>): Promise<void> => {
  const [first, ...others] = nodes as [TestNode, ...TestNode[]];
  const digest = await first.replica.digest();
  for (const { replica } of others) expect(await replica.digest()).toEqual(digest);
  for (const { replica } of nodes) {
    expect((await replica.verify()).problems).toEqual([]);
    for (const uuid of deleted) expect((await replica.lookup(uuid)).kind).toBe("tombstone");
  }
};
