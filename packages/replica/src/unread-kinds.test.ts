import {
  type AttributeState,
  type ChangeId,
  deletedEntry,
  type EntryState,
  type LiveEntry,
  mergeRegisters,
  type NamedKind,
  newestChangesByServer,
  type RegisterState,
  type ServerUuid,
  type Uuid,
  type Value,
  writtenRegister,
} from "@concordat/crdt";
import { encodeValue } from "@concordat/protocol";
import { memoryStorage } from "@concordat/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { restoreStorage } from "./index.js";
import { claimOf, dialLiar, LIAR } from "./testing/lying-partner.js";
import {
  closeAll,
  expectConverged,
  expectSound,
  heal,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";

const MAX: NamedKind = "example.com/max";
const OTHER = "33333333-3333-4333-8333-333333333333" as ServerUuid;
const uuid = "22222222-2222-4222-8222-222222222222" as Uuid;
const DAY_MS = 86_400_000;

/** Two nodes that do not know the kind, of one domain. Somebody else does, and supplies the first. */
let near: TestNode;
let far: TestNode;

beforeEach(async () => {
  near = await testNode("near");
  far = await testNode("far");
  await refreshFrom(far, near);
});

afterEach(async () => {
  await heal([near, far]);
  await expectConverged([near, far]);
  await closeAll([near, far]);
});

/** Before all that the nodes write themselves. */
const at = (offset: number, server = LIAR): ChangeId => ({ ts: 1_600_000_000_000_000 + offset, server });
const version = (changeId: ChangeId, value: Value | undefined, over?: RegisterState): RegisterState =>
  writtenRegister(over, changeId, value === undefined ? undefined : encodeValue(value));
const high = (register: RegisterState): AttributeState => ({ named: new Map([[MAX, register]]) });
const entryOf = (attributes: Record<string, AttributeState>, createdAt = at(0)): LiveEntry => ({
  kind: "live",
  uuid,
  createdAt,
  conflictOf: undefined,
  attributes: new Map(Object.entries(attributes)),
});

/** What those who know the kind have written since, with all that they claim. */
const supply = async (...states: readonly EntryState[]): Promise<void> => {
  const servers = [LIAR, OTHER, near.replica.serverUuid, far.replica.serverUuid];
  near.clock.advance(1);
  const rows = [LIAR, OTHER].map((server) =>
    claimOf(server, Math.max(1, ...states.map((state) => newestChangesByServer(state).get(server) ?? 0))),
  );
  await near.replica.pullFrom(dialLiar(near, { states, begin: { servers, rows } }));
};

/** Two versions that did not know of each other. */
const apart = (): RegisterState => mergeRegisters(version(at(1), 9), version(at(2, OTHER), { a: [1, 2.5] }));

const shown = async ({ replica }: TestNode, id = uuid) => {
  const entry = await replica.get(id);
  return entry && { attributes: entry.attributes, unread: entry.unread };
};

describe("an attribute of a kind that is not known here", () => {
  test("shows what was written, as it is, and is passed on byte by byte", async () => {
    await supply(entryOf({ high: high(apart()), title: { register: version(at(1), "x") } }));
    await pullOnce(far, near);
    const expected = {
      attributes: { title: "x" },
      unread: { high: { merge: MAX, versions: [{ a: [1, 2.5] }, 9] } },
    };
    for (const node of [near, far]) expect(await shown(node)).toEqual(expected);
    expect(await far.replica.digest()).toEqual(await near.replica.digest());
  });

  test("is no conflict, however many versions stand side by side", async () => {
    await supply(entryOf({ high: high(apart()) }));
    expect((await near.replica.conflicts()).conflicts).toEqual([]);
  });

  test("merges without being read: a version takes the place of those that it knew, and of no others", async () => {
    const before = apart();
    await supply(entryOf({ high: high(before) }));
    await pullOnce(far, near);
    const { version: old } = (await far.replica.get(uuid)) ?? {};
    await supply(entryOf({ high: high(version(at(3), 10, version(at(1), 9))) }));
    expect((await shown(near))?.unread).toEqual({ high: { merge: MAX, versions: [10, { a: [1, 2.5] }] } });
    await supply(entryOf({ high: high(version(at(4), 11, mergeRegisters(before, version(at(3), 10)))) }));
    await pullOnce(far, near);
    expect((await shown(far))?.unread).toEqual({ high: { merge: MAX, versions: [11] } });
    expect((await far.replica.get(uuid))?.version).not.toBe(old);
  });

  test("goes where the content goes: a refresh, a backup", async () => {
    await supply(entryOf({ high: high(apart()) }));
    const copy = await testNode("copy");
    await refreshFrom(copy, near);
    const storage = memoryStorage();
    await restoreStorage({ storage, backup: near.replica.backup() });
    const restored = await testNode("restored", { storage });
    for (const node of [copy, restored]) expect(await shown(node)).toEqual(await shown(near));
    await expectSound([copy, restored]);
    await closeAll([copy, restored]);
  });

  test("is gone where it was removed, and its mark is purged as any other", async () => {
    await supply(entryOf({ high: high(version(at(2), undefined, version(at(1), 9))) }));
    expect(await shown(near)).toEqual({ attributes: {}, unread: {} });
    await pullOnce(far, near);
    for (const node of [near, far]) {
      node.clock.advance(8 * DAY_MS);
      expect(await node.replica.purge()).toMatchObject({ kind: "purged", entries: 1 });
    }
  });

  test("fulfils what the schema requires", async () => {
    await near.replica.setSchema({ high: { required: true } });
    await supply(entryOf({ high: high(apart()) }));
    expect((await near.replica.conflicts()).conflicts).toEqual([]);
    await supply(entryOf({ high: high(version(at(9), undefined, apart())) }));
    expect((await near.replica.conflicts()).conflicts).toMatchObject([{ kind: "invalid" }]);
  });
});

describe("a write to it", () => {
  beforeEach(() => supply(entryOf({ high: high(apart()), title: { register: version(at(1), "x") } })));

  const unread = { high: { merge: MAX, versions: [{ a: [1, 2.5] }, 9] } };

  test("is refused, and one to the attributes beside it is not", async () => {
    for (const value of [10, { add: [10] }, { increment: 1 }]) {
      await expect(near.replica.modify(uuid, { high: value })).rejects.toMatchObject({
        code: value === 10 ? "unknown_merge_kind" : "invalid_change",
      });
    }
    const put = near.replica.transact((tx) => tx.put(uuid, { high: 10 }));
    await expect(put).rejects.toMatchObject({ code: "unknown_merge_kind", message: expect.stringContaining(MAX) });
    await near.replica.modify(uuid, { title: "y" });
    expect(await shown(near)).toEqual({ attributes: { title: "y" }, unread });
  });

  test("is not what a put means that leaves it out: nobody read it", async () => {
    await near.replica.transact((tx) => tx.put(uuid, { body: "new" }));
    expect(await shown(near)).toEqual({ attributes: { body: "new" }, unread });
  });

  test("may remove it, and then give it another kind", async () => {
    await near.replica.modify(uuid, { high: undefined });
    expect(await shown(near)).toEqual({ attributes: { title: "x" }, unread: {} });
    await near.replica.modify(uuid, { high: 10 });
    await pullOnce(far, near);
    expect(await shown(far)).toEqual({ attributes: { title: "x", high: 10 }, unread: {} });
  });

  test("that removes it leaves what it did not know of", async () => {
    await near.replica.modify(uuid, { high: undefined });
    await supply(entryOf({ high: high(version(at(9, OTHER), 12, version(at(2, OTHER), { a: [1, 2.5] }))) }));
    expect((await shown(near))?.unread).toEqual({ high: { merge: MAX, versions: [12] } });
  });
});

describe("settling a conflict of an entry with it", () => {
  const lost = async (register: RegisterState): Promise<string> => {
    const entry = entryOf({ title: { register: version(at(0), "x") } });
    await supply(deletedEntry(entry, at(1, OTHER)), { ...entry, attributes: new Map([["high", high(register)]]) });
    const { conflicts } = await near.replica.conflicts();
    expect(conflicts).toMatchObject([{ kind: "deletion" }]);
    return conflicts[0]?.id ?? "";
  };

  test("brings back the one value that there is, as it is", async () => {
    const id = await lost(version(at(2), { a: [1, 2.5] }));
    expect((await near.replica.conflict(id))?.losers).toMatchObject([
      { attributes: { title: "x" }, unread: { high: { merge: MAX, versions: [{ a: [1, 2.5] }] } } },
    ]);
    const { result } = await near.replica.resolveConflict(id, { action: "restore" });
    expect(await shown(near, result)).toEqual({
      attributes: { title: "x" },
      unread: { high: { merge: MAX, versions: [{ a: [1, 2.5] }] } },
    });
  });

  test("does not choose among several, which only who knows the kind can join", async () => {
    const id = await lost(mergeRegisters(version(at(2), 1), version(at(3, OTHER), 2)));
    const restored = near.replica.resolveConflict(id, { action: "restore" });
    await expect(restored).rejects.toMatchObject({ code: "unknown_merge_kind" });
    await near.replica.resolveConflict(id, { action: "keep-winner" });
    expect((await near.replica.conflicts()).conflicts).toEqual([]);
  });

  test("gives the loser's value the winner's place", async () => {
    await supply(entryOf({ high: high(version(at(1), 9)), low: high(version(at(1), 1)) }));
    await supply(entryOf({ high: high(version(at(6, OTHER), 7)) }, at(5, OTHER)));
    const { conflicts } = await near.replica.conflicts();
    expect(conflicts).toMatchObject([
      {
        kind: "creation",
        winner: { unread: { high: { versions: [9] } } },
        losers: [{ unread: { high: { versions: [7] } } }],
      },
    ]);
    await near.replica.resolveConflict(conflicts[0]?.id ?? "", { action: "keep-loser" });
    expect(await shown(near)).toEqual({ attributes: {}, unread: { high: { merge: MAX, versions: [7] } } });
  });
});
