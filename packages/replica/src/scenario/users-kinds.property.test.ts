import type { Uuid } from "@concordat/crdt";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Schema } from "../index.js";
import {
  closeAll,
  expectConverged,
  heal,
  pullOnce,
  refreshFrom,
  restart,
  type TestNode,
  testNode,
} from "../testing/test-topology.js";
import { words, wordsIn } from "../testing/users-kinds.js";

/** One step of a history in which some know what others only keep. */
type Step =
  | { readonly kind: "write"; readonly at: number; readonly entry: number; readonly clockStep: number }
  | { readonly kind: "remove"; readonly at: number; readonly entry: number }
  | { readonly kind: "pull"; readonly at: number; readonly from: number; readonly afterFrames: number | undefined }
  /** Its schema says another thing from here on. */
  | { readonly kind: "turn"; readonly at: number }
  | { readonly kind: "restart"; readonly at: number };

const NODES = 4;
const ENTRIES = 3;
const DAY_MS = 86_400_000;
const node = fc.nat(NODES - 1);
const entry = fc.nat(ENTRIES - 1);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      at: node,
      entry,
      clockStep: fc.integer({ min: -50, max: 50 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), at: node, entry }) },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant("pull" as const),
      at: node,
      from: node,
      afterFrames: fc.option(fc.integer({ min: 2, max: 5 }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("turn" as const), at: node }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const), at: node }) },
);

const KNOWN: Schema = { words: { merge: words } };
const UNKNOWN: Schema = {};

interface History {
  readonly nodes: readonly TestNode[];
  readonly uuids: readonly Uuid[];
  /** Of each entry, the words that were written to it, and those that a removal had in front of it. */
  readonly written: readonly Set<string>[];
  readonly removed: readonly Set<string>[];
}

const ROUNDS = Number(process.env.CONCORDAT_PROPERTY_RUNS ?? 60);

test("whoever knows the kind shows the join of all that was written and not removed; all hold the same, read or not", async () => {
  let apart = 0;
  let removals = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: NODES, maxLength: NODES }),
      fc.array(step, { minLength: 5, maxLength: 50, size: "max" }),
      async (knowing, steps) => {
        const history = await beginHistory(knowing);
        const { nodes } = history;
        for (const [index, item] of steps.entries()) {
          await play(history, item, `w${index}`);
          for (const each of nodes)
            for (const uuid of history.uuids) if ((await versionsAt(each, uuid)) > 1) apart += 1;
        }
        await heal(nodes);
        await expectJoined(history);
        await expectConverged(nodes);
        for (const { clock, replica } of nodes) {
          clock.advance(8 * DAY_MS);
          await replica.purge();
        }
        await expectConverged(nodes);
        await expectJoined(history);
        for (const removed of history.removed) removals += removed.size;
        await closeAll(nodes);
      },
    ),
    { numRuns: ROUNDS },
  );
  // Of 60 histories some 150 and 30, and seldom less than half of that.
  expect(apart).toBeGreaterThan(ROUNDS / 10);
  expect(removals).toBeGreaterThan(ROUNDS / 10);
});

const beginHistory = async (knowing: readonly boolean[]): Promise<History> => {
  const nodes: TestNode[] = [];
  for (const knows of knowing) {
    const each = await testNode(`n${nodes.length}`, { attributes: knows ? KNOWN : UNKNOWN, clockSkewMaxMs: 60_000 });
    const [first] = nodes;
    if (first) await refreshFrom(each, first);
    nodes.push(each);
  }
  const [first] = nodes as [TestNode];
  const uuids: Uuid[] = [];
  for (let index = 0; index < ENTRIES; index += 1) uuids.push(await first.replica.create({ title: index }));
  await heal(nodes);
  const sets = () => uuids.map(() => new Set<string>());
  return { nodes, uuids, written: sets(), removed: sets() };
};

const play = async (history: History, item: Step, word: string): Promise<void> => {
  const each = history.nodes[item.at] as TestNode;
  const { replica } = each;
  switch (item.kind) {
    case "write": {
      each.clock.micros += item.clockStep;
      const uuid = history.uuids[item.entry] as Uuid;
      if (replica.schema === KNOWN) {
        await replica.modify(uuid, { words: word });
        history.written[item.entry]?.add(word);
      } else if (wordsIn(await replica.get(uuid)).size > 0) {
        await expect(replica.modify(uuid, { words: word })).rejects.toMatchObject({ code: "unknown_merge_kind" });
      }
      return;
    }
    case "remove": {
      const uuid = history.uuids[item.entry] as Uuid;
      for (const one of wordsIn(await replica.get(uuid))) history.removed[item.entry]?.add(one);
      return replica.modify(uuid, { words: undefined });
    }
    case "pull": {
      if (item.at === item.from) return;
      const { afterFrames } = item;
      await pullOnce(each, history.nodes[item.from] as TestNode, afterFrames === undefined ? {} : { afterFrames });
      return;
    }
    case "turn":
      return replica.setSchema(replica.schema === KNOWN ? UNKNOWN : KNOWN);
    case "restart":
      return restart(each, { attributes: replica.schema });
  }
};

const versionsAt = async ({ replica }: TestNode, uuid: Uuid): Promise<number> =>
  (await replica.get(uuid))?.unread.words?.versions.length ?? 0;

const expectJoined = async ({ nodes, uuids, written, removed }: History): Promise<void> => {
  for (const [index, uuid] of uuids.entries()) {
    const [first] = nodes as [TestNode];
    const held = wordsIn(await first.replica.get(uuid));
    const all = written[index] as Set<string>;
    for (const word of held) expect(all, `${word} was never written`).toContain(word);
    for (const word of all) if (!removed[index]?.has(word)) expect(held, `${word} was lost`).toContain(word);
    for (const { name, replica } of nodes) {
      const entry = await replica.get(uuid);
      expect(wordsIn(entry), name).toEqual(held);
      const isShown = replica.schema === KNOWN && held.size > 0;
      expect(entry?.attributes, name).toEqual({
        title: index,
        ...(isShown && { words: [...held].sort().join(" ") }),
      });
      expect(Object.keys(entry?.unread ?? {}), name).toEqual(
        replica.schema === KNOWN || held.size === 0 ? [] : ["words"],
      );
      expect((await replica.conflicts()).conflicts, name).toEqual([]);
    }
  }
};
