import { conflictUuid, type Uuid } from "@concordat/crdt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Schema } from "../index.js";
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
import { apart, conflictsOf, created, expectSameViews, hidden, only, shown } from "../testing/views.js";

const attributes: Schema = {
  parent: { reference: true },
  owner: { reference: true },
  members: { merge: "set", reference: true },
  email: { unique: true },
};

/** Three copies of one domain that pull only when the scenario says so. In the end all show the same. */
let a: TestNode;
let b: TestNode;
let c: TestNode;
let nodes: readonly TestNode[];

beforeEach(async () => {
  nodes = await topology(["a", "b", "c"], { attributes });
  [a, b, c] = nodes as [TestNode, TestNode, TestNode];
});

afterEach(async () => {
  await heal(nodes);
  await expectConverged(nodes);
  await expectSameViews(nodes);
  await closeAll(nodes);
});

/** An entry that everybody has. */
const shared = async (title: string): Promise<Uuid> => {
  const uuid = await a.replica.create({ title });
  await heal(nodes);
  return uuid;
};

const deleted =
  (uuid: Uuid) =>
  ({ replica }: TestNode): Promise<void> =>
    replica.delete(uuid);

const orders = [
  ["the reference arrives first", true],
  ["the reference arrives last", false],
] as const;

describe("a reference to an entry that is deleted elsewhere at the same time", () => {
  const collide = async (): Promise<readonly [target: Uuid, referrer: Uuid]> => {
    const target = await shared("target");
    const [referrer] = await apart<Uuid | undefined>(
      [b, created({ title: "referrer", parent: target })],
      [a, async (node) => void (await deleted(target)(node))],
    );
    return [target, referrer as Uuid];
  };

  test.each(orders)("is hidden and listed, never destroyed: %s", async (_, referenceFirst) => {
    const [target, referrer] = await collide();
    for (const supplier of referenceFirst ? [b, a] : [a, b]) await pullOnce(c, supplier);
    expect(await shown(c, referrer)).toEqual({ title: "referrer" });
    expect(await hidden(c, referrer)).toEqual(["parent"]);
    const conflict = only(await conflictsOf(c));
    expect(conflict).toMatchObject({
      id: `reference.${target}.${referrer}.parent`,
      kind: "reference",
      uuid: referrer,
      attribute: "parent",
      winner: undefined,
      losers: [{ uuid: referrer, value: target, changeId: { server: b.replica.serverUuid } }],
      resolutions: ["keep-winner"],
    });
    expect(await c.replica.conflict(conflict.id)).toEqual(conflict);
  });

  test("is settled by referring to another entry", async () => {
    const [, referrer] = await collide();
    await heal(nodes);
    const other = await shared("other");
    await c.replica.modify(referrer, { parent: other });
    await heal(nodes);
    for (const node of nodes) {
      expect(await shown(node, referrer)).toEqual({ title: "referrer", parent: other });
      expect(await conflictsOf(node)).toEqual([]);
    }
  });

  test("is settled when the referring entry goes as well", async () => {
    const [, referrer] = await collide();
    await heal(nodes);
    await c.replica.delete(referrer);
    await heal(nodes);
    for (const node of nodes) expect(await conflictsOf(node)).toEqual([]);
  });

  test("resolved, it is removed everywhere; no other action is offered", async () => {
    const [target, referrer] = await collide();
    await heal(nodes);
    const id = `reference.${target}.${referrer}.parent`;
    for (const action of ["keep-loser", "restore"] as const)
      await expect(a.replica.resolveConflict(id, { action })).rejects.toMatchObject({ code: "invalid_change" });
    expect((await a.replica.resolveConflict(id, { action: "keep-winner" })).result).toBe(referrer);
    await heal(nodes);
    for (const node of nodes) {
      expect(await shown(node, referrer)).toEqual({ title: "referrer" });
      expect(await hidden(node, referrer)).toEqual([]);
      expect(await conflictsOf(node)).toEqual([]);
    }
  });

  test("stays hidden after a refresh", async () => {
    const [, referrer] = await collide();
    await heal(nodes);
    const d = await testNode("d", { attributes });
    await refreshFrom(d, a);
    expect(await hidden(d, referrer)).toEqual(["parent"]);
    await expectConverged([a, d]);
    await expectSameViews([a, d]);
    await closeAll([d]);
  });
});

describe("a reference to what is not here", () => {
  const target = "3f2b8c1e-9d4a-4e6f-8a7b-5c0d1e2f3a4b" as Uuid;

  test("is hidden until the target arrives, and then shows by itself", async () => {
    await b.replica.create({ title: "target" }, { uuid: target });
    const referrer = await a.replica.create({ parent: target });
    await pullOnce(c, a);
    expect(await shown(c, referrer)).toEqual({});
    expect(only(await conflictsOf(c)).id).toBe(`reference.${target}.${referrer}.parent`);
    await pullOnce(c, b);
    expect(await shown(c, referrer)).toEqual({ parent: target });
    expect(await conflictsOf(c)).toEqual([]);
  });

  test("is listed once for each attribute, in pages as well, and each is settled alone", async () => {
    const referrer = await a.replica.create({ parent: target, owner: target, members: [target] });
    const ids = ["members", "owner", "parent"].map((name) => `reference.${target}.${referrer}.${name}`);
    expect((await conflictsOf(a)).map(({ id }) => id)).toEqual(ids);
    for (const [index, id] of ids.entries()) {
      const page = await a.replica.conflicts({ limit: 1, ...(index > 0 && { after: ids[index - 1] as string }) });
      expect(page.conflicts.map((conflict) => conflict.id)).toEqual([id]);
      expect(page.next).toBe(index < 2 ? id : undefined);
    }
    await a.replica.resolveConflict(ids[1] as string, { action: "keep-winner" });
    expect((await conflictsOf(a)).map(({ id }) => id)).toEqual([ids[0], ids[2]]);
    await a.replica.create({ title: "target" }, { uuid: target });
    expect(await shown(a, referrer)).toEqual({ parent: target, members: [target] });
  });

  test("shows to whoever makes both in one transaction, in whatever order", async () => {
    const { result: referrer } = await a.replica.transact(async (transaction) => {
      const uuid = await transaction.create({ parent: target });
      await transaction.create({ title: "target" }, { uuid: target });
      return uuid;
    });
    expect(await shown(a, referrer)).toEqual({ parent: target });
  });

  test("that is no uuid at all cannot be written", async () => {
    const invalid = { code: "entry_invalid", message: expect.stringContaining('"parent"') };
    for (const parent of ["nonsense", 7, ["x"]])
      await expect(a.replica.create({ parent })).rejects.toMatchObject(invalid);
    await expect(a.replica.create({ members: ["nonsense"] })).rejects.toMatchObject({ code: "entry_invalid" });
  });

  test("that is no uuid at all is hidden, and listed, when it comes from a node that does not hold to the schema", async () => {
    await b.replica.setSchema({});
    const referrer = await b.replica.create({ parent: "nonsense", title: "referrer" });
    await pullOnce(a, b);
    expect(await shown(a, referrer)).toEqual({ title: "referrer" });
    expect(await hidden(a, referrer)).toEqual(["parent"]);
    expect(only(await conflictsOf(a))).toMatchObject({ kind: "invalid", uuid: referrer });
    await a.replica.modify(referrer, { parent: undefined });
    expect(await conflictsOf(a)).toEqual([]);
    await b.replica.setSchema(attributes);
  });

  test("is removed only if it is still there: an entry that comes at the same moment is referred to", async () => {
    const referrer = await a.replica.create({ parent: target });
    const { id } = only(await conflictsOf(a));
    const [, resolving] = await Promise.allSettled([
      a.replica.create({ title: "target" }, { uuid: target }),
      a.replica.resolveConflict(id, { action: "keep-winner" }),
    ]);
    expect(resolving).toMatchObject({ status: "rejected", reason: { code: "conflict_not_found" } });
    expect(await shown(a, referrer)).toEqual({ parent: target });
  });
});

describe("a reference to a uuid that two create", () => {
  const uuid = "3f2b8c1e-9d4a-4e6f-8a7b-5c0d1e2f3a4b" as Uuid;

  /** b refers to its own, later creation of the uuid, before it hears of a's. */
  const collide = async (): Promise<{ derived: Uuid; referrer: Uuid }> => {
    await apart([a, created({ title: "earlier" }, uuid)], [b, created({ title: "later" }, uuid)]);
    const later = await b.replica.get(uuid);
    const referrer = await b.replica.create({ parent: uuid });
    if (later === undefined) throw new Error("not created");
    return { derived: conflictUuid(uuid, later.createdAt), referrer };
  };

  test.each(orders)("goes to whoever holds the uuid: %s", async (_, referenceFirst) => {
    const { referrer } = await collide();
    for (const supplier of referenceFirst ? [b, a] : [a, b]) await pullOnce(c, supplier);
    expect(await shown(c, referrer)).toEqual({ parent: uuid });
    expect(only(await conflictsOf(c)).kind).toBe("creation");
  });

  test.each(orders)("is hidden where it goes to the creation that lost, by its derived uuid: %s", async (_, first) => {
    const { derived } = await collide();
    await pullOnce(a, b);
    const referrer = await a.replica.create({ parent: derived });
    if (first) await pullOnce(c, a);
    else {
      await pullOnce(c, b);
      await pullOnce(c, a);
    }
    expect(await shown(c, referrer)).toEqual({});
    expect((await conflictsOf(c)).map(({ kind }) => kind)).toEqual(["creation", "reference"]);
  });

  test("the creation that holds it was deleted: the reference is hidden, though the other creation lives", async () => {
    const { referrer } = await collide();
    await a.replica.delete(uuid);
    await heal(nodes);
    expect(await shown(c, referrer)).toEqual({});
    expect((await conflictsOf(c)).map(({ kind }) => kind)).toEqual(["creation", "reference"]);
  });
});

describe("references of a set", () => {
  test("the one that dangles is hidden, and the others are shown", async () => {
    const [first, second] = [await shared("first"), await shared("second")];
    const [referrer] = await apart<Uuid | undefined>(
      [b, created({ members: [first, second] })],
      [a, async (node) => void (await deleted(first)(node))],
    );
    await heal(nodes);
    expect(await shown(c, referrer as Uuid)).toEqual({ members: [second] });
    expect(await hidden(c, referrer as Uuid)).toEqual(["members"]);
    await c.replica.resolveConflict(only(await conflictsOf(c)).id, { action: "keep-winner" });
    await heal(nodes);
    for (const node of nodes) {
      expect(await shown(node, referrer as Uuid)).toEqual({ members: [second] });
      expect(await hidden(node, referrer as Uuid)).toEqual([]);
    }
  });
});

describe("one view does not feed another", () => {
  test("a target of which an attribute is masked is there", async () => {
    const [, target] = await apart([a, created({ email: "x" })], [b, created({ email: "x", title: "target" })]);
    await heal(nodes);
    const referrer = await c.replica.create({ parent: target as Uuid });
    expect(await shown(c, target as Uuid)).toEqual({ title: "target" });
    expect(await shown(c, referrer)).toEqual({ parent: target });
  });

  test("a target whose own reference dangles is there, and so are two that refer to each other, and one to itself", async () => {
    const [gone, middle, self] = [await shared("gone"), await shared("middle"), await shared("self")];
    await a.replica.modify(middle, { parent: gone });
    await a.replica.modify(self, { parent: self, owner: middle });
    await a.replica.modify(middle, { owner: self });
    await a.replica.delete(gone);
    await heal(nodes);
    expect(await shown(c, middle)).toEqual({ title: "middle", owner: self });
    expect(await shown(c, self)).toEqual({ title: "self", parent: self, owner: middle });
    expect(only(await conflictsOf(c)).uuid).toBe(middle);
  });
});
