import { type ChangeId, conflictUuid, type Ruv, type Uuid } from "@concordat/crdt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type AttributeChange, type Lookup, type Replica, ReplicaError, type Schema } from "../index.js";
import {
  closeAll,
  expectConverged,
  pullOnce,
  refreshFrom,
  SCHEMA,
  type TestNode,
  testNode,
} from "../testing/test-topology.js";
import { wordsIn, words as wordsKind } from "../testing/users-kinds.js";

/** One step of a history in which deletions are forgotten almost as soon as they are made. */
type Step =
  | { readonly kind: "write"; readonly at: number; readonly entry: number; readonly change: number }
  | { readonly kind: "delete"; readonly at: number; readonly entry: number }
  | { readonly kind: "pull"; readonly at: number; readonly from: number; readonly afterFrames: number | undefined }
  | { readonly kind: "purge"; readonly at: number }
  | { readonly kind: "pass"; readonly ms: number };

const NODES = 3;
const ENTRIES = 3;
const MAX_AGE_MS = 20;
const node = fc.nat(NODES - 1);
const entry = fc.nat(ENTRIES - 1);

type Change = (value: number) => Readonly<Record<string, AttributeChange>>;

const CHANGES: readonly Change[] = [
  (value) => ({ title: value }),
  () => ({ title: undefined }),
  (value) => ({ tags: { add: [value % 3] } }),
  (value) => ({ tags: { remove: [value % 3] } }),
  (value) => ({ settings: { set: { k: value } } }),
  () => ({ settings: { remove: ["k"] } }),
];

const USERS_CHANGES: readonly Change[] = [(value) => ({ words: `w${value}` }), () => ({ words: undefined })];

/** The last node does not know that kind. */
const KNOWN: Schema = { ...SCHEMA, words: { merge: wordsKind } };
const SCHEMAS = [KNOWN, KNOWN, SCHEMA];

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      at: node,
      entry,
      change: fc.nat(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), at: node, entry }) },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant("pull" as const),
      at: node,
      from: node,
      // The first chunk is applied once the second has come.
      afterFrames: fc.option(fc.integer({ min: 4, max: 5 }), { nil: undefined, freq: 2 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("purge" as const), at: node }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 25 }) }) },
);

/** A creation is known by the number that it was born with: a uuid may be used again after a purge. */
interface Deletion {
  readonly born: number;
  readonly changeId: ChangeId;
}

interface TitleWrite {
  readonly uuid: Uuid;
  readonly born: number;
  /** `undefined` when it was removed. */
  readonly value: number | undefined;
  /** The titles that its writer had in front of it, shown or listed. */
  readonly replaced: ReadonlySet<unknown>;
  readonly changeId: ChangeId;
}

interface WordWrite {
  readonly born: number;
  readonly word: string;
  readonly changeId: ChangeId;
}

interface History {
  readonly changes: readonly Change[];
  readonly nodes: readonly TestNode[];
  readonly uuids: readonly Uuid[];
  /** By the number that they were born with. */
  readonly creations: Map<number, ChangeId>;
  readonly deletions: Deletion[];
  readonly titles: TitleWrite[];
  readonly words: WordWrite[];
  /** Those that whoever removed the attribute had in front of them. */
  readonly removedWords: Set<string>;
}

/** A deletion of an entry that lost its uuid comes with a pull that is cut, and is never claimed by anybody. */
const LOST_UUID_AND_CUT: Step[] = [
  { kind: "write", at: 1, entry: 1, change: 0 },
  { kind: "write", at: 0, entry: 1, change: 0 },
  { kind: "write", at: 0, entry: 2, change: 0 },
  { kind: "write", at: 2, entry: 2, change: 0 },
  { kind: "pull", at: 1, from: 0, afterFrames: undefined },
  { kind: "delete", at: 1, entry: 2 },
  { kind: "pull", at: 2, from: 1, afterFrames: 4 },
  { kind: "delete", at: 0, entry: 1 },
  { kind: "pass", ms: 4 },
  { kind: "purge", at: 0 },
  { kind: "purge", at: 0 },
  { kind: "pull", at: 2, from: 0, afterFrames: undefined },
  { kind: "write", at: 0, entry: 0, change: 0 },
  { kind: "pass", ms: 17 },
  { kind: "purge", at: 0 },
];

/** Of two deletions, one comes with a pull that is cut and is never claimed; it comes to a node that has purged the other. */
const PURGED_AND_DELETED_AGAIN: Step[] = [
  { kind: "write", at: 0, entry: 0, change: 0 },
  { kind: "write", at: 2, entry: 2, change: 0 },
  { kind: "pull", at: 0, from: 2, afterFrames: undefined },
  { kind: "delete", at: 0, entry: 2 },
  { kind: "delete", at: 2, entry: 2 },
  { kind: "write", at: 2, entry: 0, change: 0 },
  { kind: "pull", at: 2, from: 0, afterFrames: undefined },
  { kind: "write", at: 2, entry: 0, change: 0 },
  { kind: "pull", at: 1, from: 0, afterFrames: undefined },
  { kind: "pull", at: 0, from: 2, afterFrames: 4 },
  { kind: "delete", at: 1, entry: 0 },
  { kind: "pull", at: 0, from: 1, afterFrames: undefined },
  { kind: "write", at: 0, entry: 0, change: 0 },
  { kind: "pass", ms: 1 },
  { kind: "pass", ms: 20 },
  { kind: "purge", at: 0 },
  { kind: "purge", at: 1 },
  { kind: "purge", at: 0 },
  { kind: "pull", at: 0, from: 0, afterFrames: undefined },
  { kind: "write", at: 0, entry: 0, change: 0 },
  { kind: "pull", at: 0, from: 0, afterFrames: undefined },
];

const numRuns = Number(process.env.CONCORDAT_PROPERTY_RUNS ?? 80);

test("whatever is purged and whoever lags, nobody comes back from the dead, and all converge at the common horizon", async () => {
  await holdsWhateverIsPurged(CHANGES);
});

test("the same holds of a user's kind, which some know and some do not", async () => {
  await holdsWhateverIsPurged(USERS_CHANGES);
});

const holdsWhateverIsPurged = (changes: readonly Change[]): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: "max" }), async (steps) => {
      const history = await beginHistory(changes);
      const { nodes } = history;
      for (const [index, item] of steps.entries()) {
        const before = nodes.map(({ replica }) => ({ server: replica.serverUuid, ruv: replica.ruv() }));
        await play(history, item, index);
        nodes.forEach(({ replica }, at) => {
          if (before[at]?.server === replica.serverUuid) expectRisen(before[at]?.ruv, replica.ruv());
          expectOfAge(replica.ruv(), nodes);
        });
        await expectNoZombies(history);
      }
      await healAll(nodes);
      await expectNothingLost(history);
      await expectWords(history);
      await purgeAll(nodes);
      await expectNoZombies(history);
      await expectConverged(nodes);
      await closeAll(nodes);
    }),
    { numRuns, examples: [[LOST_UUID_AND_CUT], [PURGED_AND_DELETED_AGAIN]] },
  );

const beginHistory = async (changes: readonly Change[]): Promise<History> => {
  const nodes: TestNode[] = [];
  for (const [index, attributes] of SCHEMAS.entries()) {
    const each = await testNode(`n${index}`, { changelogMaxAgeMs: MAX_AGE_MS, clockSkewMaxMs: 60_000, attributes });
    const [first] = nodes;
    if (first) await refreshFrom(each, first);
    nodes.push(each);
  }
  const uuids = Array.from({ length: ENTRIES }, (_, index) => `00000000-0000-4000-8000-00000000000${index}` as Uuid);
  return { changes, nodes, uuids, creations: new Map(), deletions: [], titles: [], words: [], removedWords: new Set() };
};

const play = async (history: History, item: Step, value: number): Promise<void> => {
  const { nodes } = history;
  switch (item.kind) {
    case "pass":
      for (const { clock } of nodes) clock.advance(item.ms);
      return;
    case "purge":
      await nodes[item.at]?.replica.purge();
      return;
    case "pull":
      if (item.at === item.from) return;
      await pullOnce(
        nodes[item.at] as TestNode,
        nodes[item.from] as TestNode,
        item.afterFrames === undefined ? {} : { afterFrames: item.afterFrames },
      );
      return;
    default:
      await write(history, item, value);
  }
};

const write = async (
  { changes: all, nodes, uuids, creations, deletions, titles, words, removedWords }: History,
  item: Extract<Step, { kind: "write" | "delete" }>,
  value: number,
): Promise<void> => {
  const { replica } = nodes[item.at] as TestNode;
  const uuid = uuids[item.entry] as Uuid;
  const found = await replica.lookup(uuid);
  if (found.kind === "tombstone" || (found.kind === "absent" && item.kind === "delete")) return;
  const born = found.kind === "live" ? Number(found.entry.attributes.born) : value;
  const changes = item.kind === "write" ? all[item.change % all.length]?.(value) : undefined;
  // Who does not know the kind would write another, where there is nothing yet.
  if (changes?.words !== undefined && replica.schema !== KNOWN) return;
  const replaced = await titlesInFront(replica, found);
  const { changeId } = await replica
    .transact(async (transaction) => {
      if (found.kind === "absent") await transaction.create({ born }, { uuid });
      else if (changes === undefined) await transaction.delete(uuid);
      if (changes) await transaction.modify(uuid, changes);
    })
    .catch(onlyInvalid);
  if (changeId === undefined) return;
  if (found.kind === "absent") creations.set(born, changeId);
  if (changes === undefined) deletions.push({ born, changeId });
  else if ("title" in changes)
    titles.push({ uuid, born, value: changes.title as number | undefined, replaced, changeId });
  else if (typeof changes.words === "string") words.push({ born, word: changes.words, changeId });
  else if ("words" in changes && found.kind === "live") for (const word of wordsIn(found.entry)) removedWords.add(word);
};

const titlesInFront = async (replica: Replica, found: Lookup): Promise<Set<unknown>> => {
  if (found.kind !== "live") return new Set();
  const { uuid, attributes } = found.entry;
  const { conflicts } = await replica.conflicts({ limit: 1_000 });
  const listed = conflicts.filter((conflict) => conflict.uuid === uuid && conflict.attribute === "title");
  return new Set([attributes.title, ...listed.flatMap(({ losers }) => losers.map(({ value }) => value))]);
};

/** Removing what is not there is refused, and has done nothing. */
const onlyInvalid = (error: unknown): { changeId: undefined } => {
  if (error instanceof ReplicaError && error.code === "invalid_change") return { changeId: undefined };
  throw error;
};

const expectRisen = (before: Ruv | undefined, after: Ruv): void => {
  for (const [server, { seen, purged }] of before ?? []) {
    expect(after.get(server)?.seen).toBeGreaterThanOrEqual(seen);
    expect(after.get(server)?.purged).toBeGreaterThanOrEqual(purged);
  }
  for (const { seen, purged } of after.values())
    expect(purged, "purged what it does not claim").toBeLessThanOrEqual(seen);
};

/** Nothing is purged before it is old enough by the clocks, which agree here. */
const expectOfAge = (ruv: Ruv, nodes: readonly TestNode[]): void => {
  const { clock } = nodes[0] as TestNode;
  for (const { purged } of ruv.values())
    expect(purged, "purged too early").toBeLessThanOrEqual(clock.micros - MAX_AGE_MS * 1_000);
};

const hasSeen = ({ replica }: TestNode, { ts, server }: ChangeId): boolean =>
  (replica.ruv().get(server)?.seen ?? 0) >= ts;

/** Whoever has seen a deletion shows nothing of what it deleted. */
const expectNoZombies = async ({ nodes, deletions }: History): Promise<void> => {
  for (const each of nodes) {
    for await (const { uuid, attributes } of each.replica.entries()) {
      // What comes back of a deleted entry is what was written to it since.
      expect(attributes.born, `${each.name} shows a part of ${uuid}`).toBeDefined();
      const dead = deletions.find(({ born, changeId }) => born === attributes.born && hasSeen(each, changeId));
      expect(dead, `${each.name} shows what was deleted`).toBeUndefined();
    }
  }
};

/** Every title that a replica claims is shown, or listed, or was replaced by who had it in front of them, or went with its entry. */
const expectNothingLost = async ({ nodes, creations, titles, deletions }: History): Promise<void> => {
  for (const each of nodes) {
    const listed = JSON.stringify(await each.replica.conflicts({ limit: 1_000 }));
    const claimed = titles.filter(({ changeId }) => hasSeen(each, changeId));
    for (const title of claimed) {
      const { born, uuid, value } = title;
      if (value === undefined) continue;
      const deleted = deletions.filter((deletion) => deletion.born === born);
      if (deleted.some(({ changeId }) => hasSeen(each, changeId))) continue;
      // Whoever is refreshed takes over what its supplier has without claiming it, of a pull that was cut.
      if (deleted.length > 0 && (await isTombstone(each, uuid, creations.get(born)))) continue;
      const entry = await entryBorn(each, born);
      expect(entry, `${each.name} claims title ${value} of creation ${born} and has no such entry`).toBeDefined();
      // By one that is claimed, or came without being claimed, and is shown or was replaced in its turn.
      const isReplaced = (title: TitleWrite): boolean =>
        titles.some(
          (later) =>
            later.born === born &&
            later.changeId.ts > title.changeId.ts &&
            later.replaced.has(title.value) &&
            (hasSeen(each, later.changeId) || entry?.attributes.title === later.value || isReplaced(later)),
        );
      const isThere = entry?.attributes.title === value || listed.includes(`"value":${value}`);
      expect(isThere || isReplaced(title), `${each.name} has lost title ${value} of creation ${born}`).toBe(true);
    }
  }
};

/** Whether a creation of `uuid` is a tombstone, under that uuid, or under the one that it has where it lost it. */
const isTombstone = async ({ replica }: TestNode, uuid: Uuid, createdAt: ChangeId | undefined): Promise<boolean> => {
  for (const each of createdAt ? [uuid, conflictUuid(uuid, createdAt)] : [uuid])
    if ((await replica.lookup(each)).kind === "tombstone") return true;
  return false;
};

/** Every word that a replica claims is there, if nobody removed it, and its entry was not deleted. */
const expectWords = async ({ nodes, words, removedWords, deletions }: History): Promise<void> => {
  for (const each of nodes) {
    for (const { born, word, changeId } of words) {
      const isGone = removedWords.has(word) || deletions.some((deletion) => deletion.born === born);
      if (isGone || !hasSeen(each, changeId)) continue;
      expect(wordsIn(await entryBorn(each, born)), `${each.name} has lost word ${word}`).toContain(word);
    }
  }
};

const entryBorn = async ({ replica }: TestNode, born: number) => {
  for await (const entry of replica.entries()) if (entry.attributes.born === born) return entry;
  return undefined;
};

/** Everybody pulls from everybody; who lags is refreshed, as an operator would. */
const healAll = async (nodes: readonly TestNode[]): Promise<void> => {
  for (let round = 0; round < NODES; round += 1) {
    for (const consumer of nodes)
      for (const supplier of nodes) if (consumer !== supplier) await mend(consumer, supplier);
  }
};

const mend = async (consumer: TestNode, supplier: TestNode): Promise<void> => {
  const outcome = await pullOnce(consumer, supplier);
  if (outcome === "cut") throw new Error("nothing was to be cut");
  if (outcome.kind === "refresh-required") await refreshFrom(consumer, supplier, { discardLocalChanges: true });
  if (outcome.kind === "unwilling") await refreshFrom(supplier, consumer, { discardLocalChanges: true });
};

const purgeAll = async (nodes: readonly TestNode[]): Promise<void> => {
  for (const { clock } of nodes) clock.advance(MAX_AGE_MS + 60_000);
  for (const { replica } of nodes) await replica.purge();
};
