import { compareChangeIds, randomUuid, type Uuid } from "@concordat/crdt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type AttributeChanges, type ConflictResolution, type Entry, ReplicaError, type Schema } from "../index.js";
import { type ExposedStorage, exposedStorage, rawRows } from "../testing/raw-rows.js";
import {
  closeAll,
  expectConverged,
  heal,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
} from "../testing/test-topology.js";
import { conflictsOf, expectSameViews, viewsOf } from "../testing/views.js";

/** One step of a history on three replicas of one schema. */
type Step =
  | { readonly kind: "write"; readonly at: number; readonly entry: number; readonly changes: AttributeChanges }
  | { readonly kind: "delete" | "create"; readonly at: number; readonly entry: number }
  | {
      readonly kind: "resolve";
      readonly at: number;
      readonly pick: number;
      readonly action: ConflictResolution["action"];
    }
  | { readonly kind: "pull"; readonly at: number; readonly from: number; readonly afterFrames: number | undefined }
  | { readonly kind: "free" | "hold"; readonly at: number };

const NODES = 3;
const ENTRIES = 5;
/** So many of them are there from the start; the others are created wherever they are written to. */
const SHARED = 3;
const UUIDS: readonly Uuid[] = Array.from({ length: ENTRIES }, (_, index) =>
  randomUuid<Uuid>(new Uint8Array(16).fill(index + 1)),
);
const NOBODY = randomUuid<Uuid>(new Uint8Array(16).fill(99));

const schema: Schema = {
  email: { unique: true, index: true },
  aliases: { merge: "set", unique: true, index: true },
  parent: { reference: true, index: true },
  members: { merge: "set", reference: true },
  roles: { merge: "set", required: true },
};

/** Another kind of address, and nothing that would hide or refuse anything. */
const FREE: Schema = {
  email: { merge: "set" },
  aliases: { merge: "set" },
  members: { merge: "set" },
  roles: { merge: "set" },
};

const at = fc.nat(NODES - 1);
const entry = fc.nat(ENTRIES - 1);
const address = fc.constantFrom("x", "y");
const someone = fc.constantFrom(...UUIDS, NOBODY);
const elements = <T>(one: fc.Arbitrary<T>) =>
  fc.record({ add: fc.array(one, { maxLength: 2 }), remove: fc.array(one, { maxLength: 2 }) });

const changes: fc.Arbitrary<AttributeChanges> = fc.record(
  {
    email: fc.option(address, { nil: undefined }),
    aliases: elements(address),
    parent: fc.option(fc.oneof(someone, fc.constant("no uuid")), { nil: undefined }),
    members: elements(someone),
    roles: elements(fc.constantFrom("r", "s")),
  },
  { requiredKeys: [] },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant("write" as const), at, entry, changes }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("delete" as const, "create" as const), at, entry }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("resolve" as const),
      at,
      pick: fc.nat(5),
      action: fc.constantFrom("keep-winner" as const, "keep-loser" as const, "restore" as const),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("pull" as const),
      at,
      from: at,
      afterFrames: fc.option(fc.integer({ min: 2, max: 4 }), { nil: undefined }),
    }),
  },
  // A node that is free of the schema for a while writes what the others would not.
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("free" as const, "hold" as const), at }) },
);

/** The loser of a creation whose address was a set, kept where the schema has a register. */
const KEPT_IN_ITS_KIND: Step[] = [
  { kind: "write", at: 0, entry: 3, changes: {} },
  { kind: "free", at: 2 },
  { kind: "write", at: 2, entry: 3, changes: { email: "x" } },
  { kind: "pull", at: 0, from: 2, afterFrames: undefined },
  { kind: "create", at: 0, entry: 4 },
  { kind: "resolve", at: 0, pick: 0, action: "keep-loser" },
];

const policy = fc.constantFrom("earliest" as const, "all" as const);
const ROUNDS = Number(process.env.CONCORDAT_PROPERTY_RUNS ?? 60);

test("whatever was written and pulled, all replicas of a schema show the same, and their indexes are what states say", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 40, size: "max" }),
      policy,
      async (steps, uniqueConflict) => {
        const storages = Array.from({ length: NODES }, exposedStorage);
        const nodes: TestNode[] = [];
        for (const storage of storages) {
          const node = await testNode(`n${nodes.length}`, { storage, attributes: schema, uniqueConflict });
          if (nodes[0]) await refreshFrom(node, nodes[0]);
          else for (const uuid of UUIDS.slice(0, SHARED)) await node.replica.create({ roles: ["r"] }, { uuid });
          nodes.push(node);
        }
        const free = new Set<TestNode>();
        for (const item of steps) await play(nodes, item, free);
        for (const { replica } of nodes) await replica.setSchema(schema);
        await expectSoundViews(nodes, uniqueConflict);
        await heal(nodes);
        await expectConverged(nodes);
        await expectSameViews(nodes);
        await expectSoundViews(nodes, uniqueConflict);
        for (const [index, node] of nodes.entries())
          await expectIndexAsRebuilt(node, storages[index] as ExposedStorage);
        await closeAll(nodes);
      },
    ),
    { numRuns: ROUNDS, examples: [[KEPT_IN_ITS_KIND, "earliest"]] },
  );
});

/** What the model allows to be refused: the schema's word, a uuid that is taken or gone, a conflict that is settled. */
const REFUSALS: ReadonlySet<string> = new Set([
  "entry_deleted",
  "entry_exists",
  "entry_invalid",
  "entry_not_found",
  "unique_violation",
  "invalid_change",
]);

const play = async (nodes: readonly TestNode[], item: Step, free: Set<TestNode>): Promise<void> => {
  const node = nodes[item.at] as TestNode;
  node.clock.micros += 1_000;
  try {
    await act(nodes, node, item, free);
  } catch (error) {
    if (!(error instanceof ReplicaError && REFUSALS.has(error.code))) throw error;
  }
};

const act = async (nodes: readonly TestNode[], node: TestNode, item: Step, free: Set<TestNode>): Promise<unknown> => {
  const { replica } = node;
  switch (item.kind) {
    case "write":
      return write(node, UUIDS[item.entry] as Uuid, free.has(node) ? asFree(item.changes) : item.changes);
    case "create":
      return replica.create({ roles: ["r"], email: "x" }, { uuid: UUIDS[item.entry] as Uuid });
    case "delete":
      return replica.delete(UUIDS[item.entry] as Uuid);
    case "free":
      free.add(node);
      return replica.setSchema(FREE);
    case "hold":
      free.delete(node);
      return replica.setSchema(schema);
    case "resolve": {
      const conflicts = await conflictsOf(node);
      const conflict = conflicts[item.pick % Math.max(1, conflicts.length)];
      return conflict && replica.resolveConflict(conflict.id, { action: item.action });
    }
    case "pull": {
      if (item.at === item.from) return undefined;
      const cut = item.afterFrames === undefined ? {} : { afterFrames: item.afterFrames };
      return pullOnce(node, nodes[item.from] as TestNode, cut);
    }
  }
};

/** Creates what is absent: on two nodes, that is a conflict about the uuid. */
const write = ({ replica }: TestNode, uuid: Uuid, changes: AttributeChanges): Promise<unknown> =>
  replica.transact(async (transaction) => {
    if ((await transaction.lookup(uuid)).kind === "absent") await transaction.create({ roles: ["r"] }, { uuid });
    await transaction.modify(uuid, changes);
  });

const asFree = ({ email, ...changes }: AttributeChanges): AttributeChanges => ({
  ...changes,
  ...(typeof email === "string" && { email: [email] }),
});

/** Rows that commits kept are those that are made from nothing. */
const expectIndexAsRebuilt = async ({ name, replica }: TestNode, { store }: ExposedStorage): Promise<void> => {
  const { b, i, j, u, v, y } = await rawRows(store);
  await replica.setSchema({});
  const none = await rawRows(store);
  expect([none.b, none.i, none.j, none.u, none.v, none.y].flat(), name).toEqual([]);
  await replica.setSchema(schema);
  const rebuilt = await rawRows(store);
  const { b: b2, i: i2, j: j2, u: u2, v: v2, y: y2 } = rebuilt;
  expect({ b, i, j, u, v, y }, name).toEqual({ b: b2, i: i2, j: j2, u: u2, v: v2, y: y2 });
};

/** An entry as the merged state has it, and as readers see it. */
interface Views {
  readonly whole: Entry;
  readonly seen: Entry;
}

/** What each replica shows and lists is what the rules say of what it holds, worked out without any index. */
const expectSoundViews = async (nodes: readonly TestNode[], policy: "earliest" | "all"): Promise<void> => {
  for (const node of nodes) {
    const views: Views[] = [];
    for (const seen of await viewsOf(node)) {
      // Within a transaction nothing is hidden.
      const { result } = await node.replica.transact((transaction) => transaction.get(seen.uuid));
      views.push({ whole: result as Entry, seen });
    }
    await expectFound(node, views);
    const listed = await conflictsOf(node);
    const count = (kind: string): number => listed.filter((conflict) => conflict.kind === kind).length;
    expectEarliestHoldsUuid(views);
    expect(expectUnique(views, policy), node.name).toBe(count("unique"));
    expect(expectReferences(views), node.name).toBe(count("reference"));
    const invalid = views.filter(
      ({ whole }) => whole.attributes.roles === undefined || whole.attributes.parent === "no uuid",
    );
    expect(invalid.length, node.name).toBe(count("invalid"));
    for (const { kind, winner, losers } of listed)
      if (kind === "unique" && winner)
        for (const loser of losers) expect(compareChangeIds(winner.changeId, loser.changeId)).toBeLessThanOrEqual(0);
    for (const { seen, whole } of views) {
      const hidden = Object.keys(schema).filter((name) => valuesOf(seen, name).length < valuesOf(whole, name).length);
      expect(seen.hidden, node.name).toEqual(hidden.sort());
    }
  }
};

/** By an index, each entry is found by what it shows, and by nothing that is hidden of it. */
const expectFound = async ({ name, replica }: TestNode, views: readonly Views[]): Promise<void> => {
  for (const attribute of Object.keys(replica.schema).filter((one) => replica.schema[one]?.index)) {
    for (const value of ["x", "y", "no uuid", ...UUIDS, NOBODY]) {
      const shown = views.map(({ seen }) => seen).filter((seen) => valuesOf(seen, attribute).includes(value));
      expect((await replica.find({ attribute, value })).entries, `${name} ${attribute} ${value}`).toEqual(shown);
    }
  }
};

/** Of the creations of one uuid, the entry that has it is the earliest. */
const expectEarliestHoldsUuid = (views: readonly Views[]): void => {
  for (const { whole } of views) {
    const holder = views.find(({ whole: { uuid } }) => uuid === whole.conflictOf);
    if (holder) expect(compareChangeIds(holder.whole.createdAt, whole.createdAt)).toBeLessThan(0);
  }
};

const valuesOf = ({ attributes }: Entry, name: string): unknown[] => {
  const value = attributes[name];
  return value === undefined ? [] : [value].flat();
};

/** @returns how many values several entries claim. */
const expectUnique = (views: readonly Views[], policy: "earliest" | "all"): number => {
  let contested = 0;
  for (const name of ["email", "aliases"]) {
    for (const value of ["x", "y"]) {
      const claimants = views.filter(
        ({ whole }) => whole.conflictOf === undefined && valuesOf(whole, name).includes(value),
      );
      const showing = claimants.filter(({ seen }) => valuesOf(seen, name).includes(value));
      if (claimants.length > 1) contested += 1;
      expect(showing).toHaveLength(claimants.length > 1 && policy === "all" ? 0 : Math.min(claimants.length, 1));
    }
  }
  return contested;
};

/** @returns how many references dangle. */
const expectReferences = (views: readonly Views[]): number => {
  const regular = new Set<unknown>(
    views.filter(({ whole }) => whole.conflictOf === undefined).map(({ whole }) => whole.uuid),
  );
  let dangling = 0;
  for (const { whole, seen } of views) {
    for (const name of ["parent", "members"]) {
      const values = valuesOf(whole, name);
      expect(valuesOf(seen, name)).toEqual(values.filter((value) => regular.has(value)));
      dangling += values.filter((value) => !regular.has(value) && value !== "no uuid").length;
    }
  }
  return dangling;
};
