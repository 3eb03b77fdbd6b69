import { randomUuid, type Uuid, type Value } from "@concordat/crdt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Entry, ReplicaError, type Schema } from "../index.js";
import { type ExposedStorage, exposedStorage, rawRows } from "../testing/raw-rows.js";
import {
  closeAll,
  expectConverged,
  expectSound,
  heal,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
} from "../testing/test-topology.js";

/** More than the row of one value names, so that histories go from few to many and back. */
const UUIDS: readonly Uuid[] = Array.from({ length: 40 }, (_, index) =>
  randomUuid<Uuid>(new Uint8Array(16).fill(index * 5 + 1)),
);

/** Two attributes by which entries are found in each, and one by which they are not; the kinds of one name differ. */
const SCHEMAS: readonly Schema[] = [
  { name: { index: true }, tags: { merge: "set", index: true } },
  { name: { index: true, unique: true }, tags: { merge: "set" }, parent: { reference: true, index: true } },
  { name: { merge: "set" }, tags: { index: true }, parent: { index: true } },
  {},
];

const LONG = "a value that is longer than what is its own name in a key ".repeat(2);

/** Values that equality might confuse, and must not; or must. */
const VALUES: readonly Value[] = [
  "x",
  "",
  "1",
  LONG,
  1,
  1.5,
  2 ** 53,
  2n ** 53n,
  2n ** 53n + 1n,
  2 ** 70,
  true,
  false,
  new Uint8Array([1]),
  { deep: 1 },
  ["x", 1],
  ["x", ["x"]],
  UUIDS[1] as Uuid,
  "no uuid",
];

const value = fc.constantFrom(...VALUES);
const attribute = fc.constantFrom("name", "tags", "parent");
const at = fc.nat(1);
const range = fc.tuple(fc.nat(UUIDS.length), fc.nat(UUIDS.length)).map(([one, other]) => ({
  from: Math.min(one, other),
  to: Math.max(one, other),
}));

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      at,
      range,
      attribute,
      value: fc.option(value, { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("write-one" as const), at, entry: fc.nat(4), attribute, value }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const), at, range }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("pull" as const), at }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("schema" as const), at, schema: fc.constantFrom(...SCHEMAS) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("refresh" as const), at }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

test("whatever was written, merged and deleted under whichever schemas, an index finds what going through all entries finds", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 3, maxLength: 20 }),
      fc.constantFrom(...SCHEMAS.slice(0, 3)),
      fc.integer({ min: 1, max: 50 }),
      async (steps, attributes, limit) => {
        const storages = [exposedStorage(), exposedStorage()] as const;
        const nodes = [
          await testNode("a", { storage: storages[0], attributes }),
          await testNode("b", { storage: storages[1], attributes }),
        ] as const;
        await refreshFrom(nodes[1], nodes[0]);
        for (const one of steps) await play(nodes, one);
        for (const [index, node] of nodes.entries()) await expectFound(node, storages[index] as ExposedStorage, limit);
        await expectSound(nodes);
        await heal(nodes);
        await expectConverged(nodes);
        for (const [index, node] of nodes.entries()) await expectFound(node, storages[index] as ExposedStorage, limit);
        await closeAll(nodes);
      },
    ),
    { numRuns: Number(process.env.CONCORDAT_PROPERTY_RUNS ?? 40) },
  );
});

const REFUSALS: ReadonlySet<string> = new Set([
  "entry_deleted",
  "entry_invalid",
  "entry_not_found",
  "unique_violation",
  "invalid_change",
]);

const play = async (nodes: readonly [TestNode, TestNode], one: Step): Promise<void> => {
  const [node, other] = one.at === 0 ? nodes : [nodes[1], nodes[0]];
  node.clock.micros += 1_000;
  try {
    switch (one.kind) {
      case "write":
        return await writeAll(node, UUIDS.slice(one.range.from, one.range.to), one.attribute, one.value);
      case "write-one":
        return await writeAll(node, UUIDS.slice(one.entry, one.entry + 1), one.attribute, one.value);
      case "delete":
        await node.replica.transact(async (transaction) => {
          for (const uuid of UUIDS.slice(one.range.from, one.range.to))
            if ((await transaction.lookup(uuid)).kind === "live") await transaction.delete(uuid);
        });
        return;
      case "pull":
        return void (await pullOnce(node, other));
      case "schema":
        return await node.replica.setSchema(one.schema);
      case "refresh":
        return void (await refreshFrom(node, other, { discardLocalChanges: true }));
    }
  } catch (error) {
    if (!(error instanceof ReplicaError && REFUSALS.has(error.code))) throw error;
  }
};

/** Creates what is absent: on two nodes, that is a conflict about the uuid. */
const writeAll = async (
  { replica }: TestNode,
  uuids: readonly Uuid[],
  attribute: string,
  value: Value | undefined,
): Promise<void> => {
  await replica.transact(async (transaction) => {
    for (const uuid of uuids) {
      const { kind } = await transaction.lookup(uuid);
      if (kind === "absent") await transaction.create({}, { uuid });
      const isSet = replica.schema[attribute]?.merge === "set" && value !== undefined;
      if (kind !== "tombstone") await transaction.modify(uuid, { [attribute]: isSet ? [value] : value });
    }
  });
};

const expectFound = async (node: TestNode, storage: ExposedStorage, limit: number): Promise<void> => {
  const { replica } = node;
  const entries: Entry[] = [];
  for await (const entry of replica.entries()) entries.push(entry);
  const indexed = ["name", "tags", "parent"].filter((name) => replica.schema[name]?.index);
  for (const attribute of indexed) {
    for (const value of VALUES) {
      const expected = entries.filter(({ attributes }) => shows(attributes[attribute], value));
      expect(await found(node, attribute, value, limit), `${node.name} ${attribute} ${show(value)}`).toEqual(expected);
    }
  }
  await expectRowsAsMadeAnew(node, storage);
};

const found = async ({ replica }: TestNode, attribute: string, value: Value, limit: number): Promise<Entry[]> => {
  const all: Entry[] = [];
  let after: Uuid | undefined;
  do {
    const { entries, next } = await replica.find({ attribute, value, limit, ...(after && { after }) });
    expect(entries.length).toBeLessThanOrEqual(limit);
    all.push(...entries);
    after = next;
  } while (after !== undefined);
  return all;
};

/** By rules of its own, which know nothing of encodings. */
const shows = (shown: Value | undefined, value: Value): boolean => {
  if (Array.isArray(shown)) return (shown as readonly Value[]).some((element) => isEqual(element, value));
  return shown !== undefined && isEqual(shown, value);
};

const isEqual = (one: Value, other: Value): boolean => {
  const isNumeric = (some: Value): boolean => typeof some === "number" || typeof some === "bigint";
  // biome-ignore lint/suspicious/noDoubleEquals: a number and a bigint are equal by what they are worth.
  if (isNumeric(one) && isNumeric(other)) return one == other;
  return show(one) === show(other);
};

const show = (value: Value): string =>
  JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : part)) +
  (value instanceof Uint8Array ? " bytes" : "");

const expectRowsAsMadeAnew = async ({ name, replica }: TestNode, { store }: ExposedStorage): Promise<void> => {
  const { schema } = replica;
  const { i, j } = await rawRows(store);
  await replica.setSchema({});
  const none = await rawRows(store);
  expect([...none.i, ...none.j], name).toEqual([]);
  await replica.setSchema(schema);
  const anew = await rawRows(store);
  expect({ i, j }, name).toEqual({ i: anew.i, j: anew.j });
};
