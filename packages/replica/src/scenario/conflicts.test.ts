import { conflictUuid, type Uuid } from "@concordat/crdt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Conflict } from "../index.js";
import {
  closeAll,
  expectConverged,
  heal,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
  topology,
} from "../testing/test-topology.js";

/** Three copies of one domain that pull only when the scenario says so. In the end all list the same conflicts. */
let a: TestNode;
let b: TestNode;
let c: TestNode;
let nodes: readonly TestNode[];

beforeEach(async () => {
  nodes = await topology(["a", "b", "c"]);
  [a, b, c] = nodes as [TestNode, TestNode, TestNode];
});

afterEach(async () => {
  await heal(nodes);
  await expectConverged(nodes);
  const [first, ...others] = await Promise.all(nodes.map(conflictsOf));
  for (const other of others) expect(other).toEqual(first);
  await closeAll(nodes);
});

const conflictsOf = async ({ replica }: TestNode): Promise<readonly Conflict[]> =>
  (await replica.conflicts()).conflicts;

const shown = async ({ replica }: TestNode, uuid: Uuid): Promise<unknown> => (await replica.get(uuid))?.attributes;

/** An entry that everybody has. */
const shared = async (attributes: Record<string, string>): Promise<Uuid> => {
  const uuid = await a.replica.create(attributes);
  await heal(nodes);
  return uuid;
};

/** `work` at each of the nodes, one after the other in time, without any of them hearing of it. */
const apart = async (...work: readonly [TestNode, (node: TestNode) => Promise<unknown>][]): Promise<void> => {
  for (const [index, [node, run]] of work.entries()) {
    node.clock.micros += 1_000 * (index + 1);
    await run(node);
  }
};

const titled =
  (uuid: Uuid, title: string | undefined) =>
  ({ replica }: TestNode) =>
    replica.modify(uuid, { title });

const only = (conflicts: readonly Conflict[]): Conflict => {
  expect(conflicts).toHaveLength(1);
  return conflicts[0] as Conflict;
};

describe("a register that two wrote at the same time", () => {
  test("shows the later value, and lists the other on every node, also on one that never met it", async () => {
    const uuid = await shared({ title: "first" });
    await apart([a, titled(uuid, "by a")], [b, titled(uuid, "by b")]);
    await pullOnce(b, a);
    await pullOnce(c, b);
    expect(await shown(c, uuid)).toEqual({ title: "by b" });
    const conflict = only(await conflictsOf(c));
    expect(conflict).toMatchObject({
      id: `overwrite.${uuid}.title`,
      kind: "overwrite",
      uuid,
      attribute: "title",
      winner: { uuid, value: "by b", changeId: { server: b.replica.serverUuid } },
      losers: [{ uuid, value: "by a", changeId: { server: a.replica.serverUuid } }],
    });
    expect(await c.replica.conflict(conflict.id)).toEqual(conflict);
  });

  test("is settled by whoever writes next with both in front of them", async () => {
    const uuid = await shared({ title: "first" });
    await apart([a, titled(uuid, "by a")], [b, titled(uuid, "by b")]);
    await heal(nodes);
    await c.replica.modify(uuid, { title: "by c" });
    await heal(nodes);
    for (const node of nodes) expect(await conflictsOf(node)).toEqual([]);
  });

  test.each([
    ["keep-winner", "by b"],
    ["keep-loser", "by a"],
  ] as const)("resolved with %s shows %j everywhere", async (action, title) => {
    const uuid = await shared({ title: "first", note: "kept" });
    await apart([a, titled(uuid, "by a")], [b, titled(uuid, "by b")]);
    await heal(nodes);
    const { id } = only(await conflictsOf(a));
    expect((await c.replica.resolveConflict(id, { action })).result).toBe(uuid);
    await heal(nodes);
    for (const node of nodes) {
      expect(await shown(node, uuid)).toEqual({ title, note: "kept" });
      expect(await conflictsOf(node)).toEqual([]);
    }
  });

  test("restored: the loser becomes an entry of its own, with everything else of the entry", async () => {
    const uuid = await shared({ title: "first", note: "kept" });
    await apart([a, titled(uuid, "by a")], [b, titled(uuid, "by b")]);
    await heal(nodes);
    const { result } = await a.replica.resolveConflict(`overwrite.${uuid}.title`, { action: "restore" });
    await heal(nodes);
    for (const node of nodes) {
      expect(await shown(node, uuid)).toEqual({ title: "by b", note: "kept" });
      expect(await shown(node, result as Uuid)).toEqual({ title: "by a", note: "kept" });
      expect(await conflictsOf(node)).toEqual([]);
    }
  });

  test("of three writers two lost, and either can be kept", async () => {
    const uuid = await shared({ title: "first" });
    await apart([a, titled(uuid, "by a")], [b, titled(uuid, "by b")], [c, titled(uuid, "by c")]);
    await heal(nodes);
    const conflict = only(await conflictsOf(b));
    expect([conflict.winner, ...conflict.losers].map((side) => side?.value)).toEqual(["by c", "by b", "by a"]);
    await b.replica.resolveConflict(conflict.id, { action: "keep-loser", loser: 1 });
    await heal(nodes);
    expect(await shown(c, uuid)).toEqual({ title: "by a" });
  });

  test("removed by one, written by the other", async () => {
    const uuid = await shared({ title: "first" });
    await apart([a, titled(uuid, "by a")], [b, titled(uuid, undefined)]);
    await heal(nodes);
    expect(await shown(a, uuid)).toEqual({});
    const conflict = only(await conflictsOf(a));
    expect(conflict.winner?.value).toBeUndefined();
    expect(conflict.losers[0]?.value).toBe("by a");
    await a.replica.resolveConflict(conflict.id, { action: "keep-loser" });
    await heal(nodes);
    expect(await shown(c, uuid)).toEqual({ title: "by a" });
  });

  test("is no conflict when both wrote the same", async () => {
    const uuid = await shared({ title: "first" });
    await apart([a, titled(uuid, "same")], [b, titled(uuid, "same")]);
    await heal(nodes);
    expect(await conflictsOf(c)).toEqual([]);
  });

  test("two keys of a map are no conflict, one key is", async () => {
    const uuid = await a.replica.create({ settings: { colour: "red" } });
    await heal(nodes);
    const setting = (key: string, value: string) => (node: TestNode) =>
      node.replica.modify(uuid, { settings: { set: { [key]: value } } });
    await apart([a, setting("size", "s")], [b, setting("font", "f")]);
    await heal(nodes);
    expect(await conflictsOf(c)).toEqual([]);
    await apart([a, setting("colour", "blue")], [b, setting("colour", "green")]);
    await heal(nodes);
    const conflict = only(await conflictsOf(c));
    expect(conflict).toMatchObject({ id: `overwrite.${uuid}.settings.colour`, key: "colour" });
    await c.replica.resolveConflict(conflict.id, { action: "keep-loser" });
    await heal(nodes);
    expect(await shown(a, uuid)).toEqual({ settings: { colour: "blue", font: "f", size: "s" } });
  });

  test("an attribute whose name needs quoting has an id that is one word", async () => {
    const uuid = await shared({ title: "first" });
    const odd = (value: string) => (node: TestNode) => node.replica.modify(uuid, { "a.b/c d": value });
    await apart([a, odd("a")], [b, odd("b")]);
    await heal(nodes);
    const { id } = only(await conflictsOf(a));
    expect(id).toBe(`overwrite.${uuid}.a~2Eb~2Fc~20d`);
    await a.replica.resolveConflict(id, { action: "keep-winner" });
  });

  test("resolved on two nodes at once in two ways: that is the next conflict, and nothing is lost", async () => {
    const uuid = await shared({ title: "first" });
    await apart([a, titled(uuid, "by a")], [b, titled(uuid, "by b")]);
    await heal(nodes);
    const { id } = only(await conflictsOf(a));
    await apart(
      [a, ({ replica }) => replica.resolveConflict(id, { action: "keep-winner" })],
      [c, ({ replica }) => replica.resolveConflict(id, { action: "keep-loser" })],
    );
    await heal(nodes);
    const conflict = only(await conflictsOf(b));
    expect([conflict.winner?.value, conflict.losers[0]?.value].sort()).toEqual(["by a", "by b"]);
  });
});

describe("sequential writes are no conflict", () => {
  test("through a relay that merges on the way", async () => {
    const uuid = await shared({ title: "first" });
    await a.replica.modify(uuid, { title: "second" });
    await pullOnce(b, a);
    await b.replica.modify(uuid, { title: "third" });
    await pullOnce(c, b);
    await c.replica.modify(uuid, { title: "fourth" });
    await pullOnce(a, c);
    expect(await shown(a, uuid)).toEqual({ title: "fourth" });
    for (const node of nodes) expect(await conflictsOf(node)).toEqual([]);
  });

  test("over what came with a stream that was cut off, and comes again from elsewhere", async () => {
    const uuid = await shared({ title: "first" });
    await a.replica.modify(uuid, { title: "second" });
    for (let index = 0; index < 6; index += 1) await a.replica.create({ title: `filler ${index}` });
    await pullOnce(c, a);
    // Hello, Begin and two chunks, of which the first is applied: b has the change and does not claim it.
    expect(await pullOnce(b, a, { afterFrames: 4 })).toBe("cut");
    expect(await shown(b, uuid)).toEqual({ title: "second" });
    await b.replica.modify(uuid, { title: "third" });
    await pullOnce(b, c);
    expect(await shown(b, uuid)).toEqual({ title: "third" });
    expect(await conflictsOf(b)).toEqual([]);
  });
});

describe("an entry that one deletes and another changes", () => {
  test.each([
    ["deleted first", true],
    ["changed first", false],
  ])("%s: it is deleted, and the change is listed everywhere with all that the entry held", async (_, deletedFirst) => {
    const uuid = await shared({ title: "first", note: "kept" });
    const steps: [TestNode, (node: TestNode) => Promise<unknown>][] = [
      [a, ({ replica }) => replica.delete(uuid)],
      [b, titled(uuid, "changed")],
    ];
    await apart(...(deletedFirst ? steps : steps.reverse()));
    await heal(nodes);
    for (const node of nodes) {
      expect((await node.replica.lookup(uuid)).kind).toBe("tombstone");
      expect(only(await conflictsOf(node))).toMatchObject({
        id: `deletion.${uuid}`,
        winner: { uuid, changeId: { server: a.replica.serverUuid }, attributes: undefined },
        losers: [{ uuid, changeId: { server: b.replica.serverUuid }, attributes: { title: "changed", note: "kept" } }],
      });
    }
  });

  test("nothing is listed when whoever deleted it knew the change", async () => {
    const uuid = await shared({ title: "first" });
    await titled(uuid, "changed")(b);
    await pullOnce(a, b);
    await a.replica.delete(uuid);
    await heal(nodes);
    for (const node of nodes) expect(await conflictsOf(node)).toEqual([]);
  });

  test("nothing is listed when one of two who deleted it knew the change", async () => {
    const uuid = await shared({ title: "first" });
    await apart([a, ({ replica }) => replica.delete(uuid)], [b, titled(uuid, "changed")]);
    await b.replica.delete(uuid);
    await heal(nodes);
    for (const node of nodes) expect(await conflictsOf(node)).toEqual([]);
  });

  test("keep-winner: it stays deleted, everywhere", async () => {
    const uuid = await shared({ title: "first" });
    await apart([a, ({ replica }) => replica.delete(uuid)], [b, titled(uuid, "changed")]);
    await heal(nodes);
    expect((await c.replica.resolveConflict(`deletion.${uuid}`, { action: "keep-winner" })).result).toBeUndefined();
    await heal(nodes);
    for (const node of nodes) {
      expect((await node.replica.lookup(uuid)).kind).toBe("tombstone");
      expect(await conflictsOf(node)).toEqual([]);
    }
  });

  test.each(["keep-loser", "restore"] as const)("%s: all of it comes back, as a new entry", async (action) => {
    const uuid = await a.replica.create({ title: "first", tags: ["x"], settings: { colour: "red" }, hits: 7 });
    await heal(nodes);
    await apart([a, ({ replica }) => replica.delete(uuid)], [b, titled(uuid, "changed")]);
    await heal(nodes);
    const { result } = await c.replica.resolveConflict(`deletion.${uuid}`, { action });
    await heal(nodes);
    for (const node of nodes) {
      expect(await shown(node, result as Uuid)).toEqual({
        title: "changed",
        tags: ["x"],
        settings: { colour: "red" },
        hits: 7,
      });
      expect(await conflictsOf(node)).toEqual([]);
    }
  });

  test("an update that lost is taken along by a refresh", async () => {
    const uuid = await shared({ title: "first" });
    await apart([a, ({ replica }) => replica.delete(uuid)], [b, titled(uuid, "changed")]);
    await pullOnce(a, b);
    const d = await testNode("d");
    await refreshFrom(d, a);
    expect(only(await conflictsOf(d)).id).toBe(`deletion.${uuid}`);
    await closeAll([d]);
  });
});

describe("one uuid that two create", () => {
  const uuid = "3f2b8c1e-9d4a-4e6f-8a7b-5c0d1e2f3a4b" as Uuid;
  const created = (title: string) => (node: TestNode) => node.replica.create({ title }, { uuid });

  /** The uuid under which the later creation lives. */
  const collide = async (): Promise<Uuid> => {
    await apart([a, created("earlier")], [b, created("later")]);
    const later = await b.replica.get(uuid);
    await heal(nodes);
    if (later === undefined) throw new Error("not created");
    return conflictUuid(uuid, later.createdAt);
  };

  test("the earlier has it; the later is listed, and lives under a uuid that every node derives alike", async () => {
    const derived = await collide();
    for (const node of nodes) {
      expect(await shown(node, uuid)).toEqual({ title: "earlier" });
      expect(await shown(node, derived)).toEqual({ title: "later" });
      expect(only(await conflictsOf(node))).toMatchObject({
        id: `creation.${derived}`,
        uuid: derived,
        winner: { uuid, attributes: { title: "earlier" } },
        losers: [{ uuid: derived, attributes: { title: "later" } }],
      });
    }
  });

  test("what is written to the later creation before it knows is not lost, though delivered in parts", async () => {
    await apart([a, created("earlier")], [b, created("later")]);
    const later = await b.replica.get(uuid);
    await pullOnce(c, b);
    await pullOnce(c, a);
    await b.replica.modify(uuid, { note: "added" });
    await heal(nodes);
    if (later === undefined) throw new Error("not created");
    expect(await shown(c, conflictUuid(uuid, later.createdAt))).toEqual({ title: "later", note: "added" });
  });

  test("created on one, created and deleted on the other: the earlier decides, and nothing is lost", async () => {
    await apart([a, created("earlier")], [b, created("later")]);
    await a.replica.delete(uuid);
    const later = await b.replica.get(uuid);
    await heal(nodes);
    for (const node of nodes) {
      expect((await node.replica.lookup(uuid)).kind).toBe("tombstone");
      const conflict = only(await conflictsOf(node));
      expect(conflict.winner).toMatchObject({ uuid, attributes: undefined });
      expect(conflict.losers[0]?.attributes).toEqual(later?.attributes);
    }
  });

  test.each([
    ["keep-winner", { title: "earlier" }],
    ["keep-loser", { title: "later" }],
  ] as const)("%s leaves one entry, with %j", async (action, attributes) => {
    const derived = await collide();
    expect((await c.replica.resolveConflict(`creation.${derived}`, { action })).result).toBe(uuid);
    await heal(nodes);
    for (const node of nodes) {
      expect(await shown(node, uuid)).toEqual(attributes);
      expect((await node.replica.lookup(derived)).kind).toBe("tombstone");
      expect(await conflictsOf(node)).toEqual([]);
    }
  });

  test("restore leaves two entries, each with a uuid of its own", async () => {
    const derived = await collide();
    const { result } = await c.replica.resolveConflict(`creation.${derived}`, { action: "restore" });
    await heal(nodes);
    for (const node of nodes) {
      expect(await shown(node, uuid)).toEqual({ title: "earlier" });
      expect(await shown(node, result as Uuid)).toEqual({ title: "later" });
      expect(await conflictsOf(node)).toEqual([]);
    }
  });
});

describe("the list", () => {
  test("comes in pages, each conflict once", async () => {
    const uuids: Uuid[] = [];
    for (let index = 0; index < 5; index += 1) uuids.push(await shared({ title: "first", note: "first" }));
    const both = (text: string) => async (node: TestNode) => {
      for (const uuid of uuids) await node.replica.modify(uuid, { title: text, note: text });
    };
    await apart([a, both("a")], [b, both("b")]);
    await heal(nodes);
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = await a.replica.conflicts({ limit: 3, ...(after !== undefined && { after }) });
      ids.push(...page.conflicts.map(({ id }) => id));
      after = page.next;
    } while (after !== undefined);
    expect(ids).toEqual((await conflictsOf(a)).map(({ id }) => id));
    expect(new Set(ids).size).toBe(10);
  });

  test.each(["overwrite.3f2b8c1e-9d4a-4e6f-8a7b-5c0d1e2f3a4b.title", "nonsense", "creation.x", "unique.a.b"])(
    "knows no conflict %s, and says so",
    async (id) => {
      expect(await a.replica.conflict(id)).toBeUndefined();
      await expect(a.replica.resolveConflict(id, { action: "keep-winner" })).rejects.toMatchObject({
        code: "conflict_not_found",
      });
    },
  );

  test("a loser that there is not is refused, and nothing changes", async () => {
    const uuid = await shared({ title: "first" });
    await apart([a, titled(uuid, "by a")], [b, titled(uuid, "by b")]);
    await heal(nodes);
    const before = a.replica.ruv();
    const resolving = a.replica.resolveConflict(`overwrite.${uuid}.title`, { action: "keep-loser", loser: 1 });
    await expect(resolving).rejects.toMatchObject({ code: "invalid_change" });
    expect(a.replica.ruv()).toBe(before);
  });
});
