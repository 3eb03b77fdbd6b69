import type { Uuid } from "@concordat/crdt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Entry, ListOptions } from "./index.js";
import { closeAll, createEntries, expectSound, restart, type TestNode, testNode } from "./testing/test-topology.js";

let node: TestNode;

beforeEach(async () => {
  node = await testNode("a");
});

afterEach(async () => {
  await expectSound([node]);
  await closeAll([node]);
});

const allPages = async (options: ListOptions): Promise<{ entries: Entry[]; pages: number }> => {
  const entries: Entry[] = [];
  let pages = 0;
  let after: Uuid | undefined;
  do {
    const page = await node.replica.list({ ...options, ...(after && { after }) });
    entries.push(...page.entries);
    pages += 1;
    after = page.next;
  } while (after !== undefined);
  return { entries, pages };
};

describe("list", () => {
  test("gives each live entry once, in the order of the uuids, whatever the page", async () => {
    const uuids = await createEntries(node, 25);
    await node.replica.delete(uuids[3] as Uuid);
    const live = uuids.filter((_, index) => index !== 3).toSorted();
    for (const limit of [1, 2, 7, 24, 25, 100]) {
      const { entries } = await allPages({ limit });
      expect(entries.map(({ uuid }) => uuid)).toEqual(live);
    }
    expect((await node.replica.list()).next).toBeUndefined();
  });

  test("crosses the pages of the store", async () => {
    const uuids = await createEntries(node, 2_300);
    const { entries, pages } = await allPages({ limit: 1_000 });
    expect(entries.map(({ uuid }) => uuid)).toEqual(uuids.toSorted());
    expect(pages).toBe(3);
  });

  test("takes a limit for what it can be: at least one, 100 when left out", async () => {
    await createEntries(node, 120);
    expect((await node.replica.list()).entries).toHaveLength(100);
    expect((await node.replica.list({ limit: 0 })).entries).toHaveLength(1);
    expect((await node.replica.list({ limit: 1_000_000 })).entries).toHaveLength(120);
  });

  test("filters, page by page", async () => {
    const uuids = await createEntries(node, 30);
    const filter = ({ attributes }: Entry): boolean => String(attributes.title).endsWith("7");
    const { entries } = await allPages({ limit: 2, filter });
    expect(entries.map(({ attributes }) => attributes.title).toSorted()).toEqual(["entry 17", "entry 27", "entry 7"]);
    const last = uuids.toSorted().at(-1);
    expect((await allPages({ filter: () => false })).entries).toEqual([]);
    expect((await node.replica.list({ after: last as Uuid })).entries).toEqual([]);
  });

  test("an empty replica has one empty page", async () => {
    expect(await node.replica.list()).toEqual({ entries: [], next: undefined });
  });
});

test("getMany answers in the order asked, with gaps where no live entry is", async () => {
  const [first, second, third] = (await createEntries(node, 3)) as [Uuid, Uuid, Uuid];
  await node.replica.delete(second);
  const nobody = "55555555-5555-4555-8555-555555555555" as Uuid;
  const found = await node.replica.getMany([third, nobody, second, first, third]);
  expect(found.map((entry) => entry?.uuid)).toEqual([third, undefined, undefined, first, third]);
  expect(await node.replica.getMany([])).toEqual([]);
});

describe("entries", () => {
  test("are all live ones of one moment", async () => {
    const uuids = await createEntries(node, 1_500);
    const seen: Uuid[] = [];
    for await (const { uuid } of node.replica.entries()) {
      if (seen.length === 0) {
        await node.replica.delete(uuids.toSorted().at(-1) as Uuid);
        await createEntries(node, 5, "late");
      }
      seen.push(uuid);
    }
    expect(seen).toEqual(uuids.toSorted());
  });

  test("may be left before the end", async () => {
    await createEntries(node, 3);
    for await (const { uuid } of node.replica.entries()) {
      expect(uuid).toBeDefined();
      break;
    }
  });
});

describe("what readers see", () => {
  test("a set as an array in the order of its bytes, a map as an object, a counter as a number", async () => {
    const uuid = await node.replica.create({
      title: "text",
      tags: ["bb", "a", 5],
      settings: { b: [1], a: "x" },
      hits: 3,
    });
    expect((await node.replica.get(uuid))?.attributes).toEqual({
      title: "text",
      tags: [5, "a", "bb"],
      settings: { a: "x", b: [1] },
      hits: 3,
    });
  });

  test("names that JavaScript holds dear are names like others", async () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
    const attributes = JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}: "${name}"`).join(",")}}`);
    const settings = JSON.parse('{"__proto__": 1, "constructor": 2}');
    const uuid = await node.replica.create({ ...attributes, settings });
    Object.defineProperty(attributes, "settings", { value: settings, enumerable: true });
    await restart(node);
    const entry = await node.replica.get(uuid);
    expect(Object.keys(entry?.attributes ?? {}).toSorted()).toEqual([...names, "settings"].toSorted());
    for (const name of names) expect(Object.getOwnPropertyDescriptor(entry?.attributes, name)?.value).toBe(name);
    expect(JSON.stringify(entry?.attributes.settings)).toBe('{"__proto__":1,"constructor":2}');
    expect(Object.getPrototypeOf(entry?.attributes)).toBe(Object.prototype);

    const change = JSON.parse('{"__proto__": "changed"}');
    await node.replica.modify(uuid, change);
    const put = JSON.parse('{"__proto__": "put"}');
    await node.replica.transact((transaction) => transaction.put(uuid, put));
    expect(JSON.stringify((await node.replica.get(uuid))?.attributes)).toBe('{"__proto__":"put"}');
  });

  test("what a caller changes afterwards does not reach the replica", async () => {
    const list = [1, 2];
    const bytes = Uint8Array.of(1);
    const uuid = await node.replica.create({ list, bytes });
    list.push(3);
    bytes[0] = 9;
    const entry = await node.replica.get(uuid);
    expect(entry?.attributes).toEqual({ list: [1, 2], bytes: Uint8Array.of(1) });
    (entry?.attributes.bytes as Uint8Array)[0] = 7;
    expect((await node.replica.get(uuid))?.attributes.bytes).toEqual(Uint8Array.of(1));
  });
});

test("an entry of a megabyte is an entry like others", async () => {
  const text = "x".repeat(1 << 20);
  const uuid = await node.replica.create({ text });
  await node.replica.modify(uuid, { title: "beside it" });
  expect((await node.replica.get(uuid))?.attributes).toEqual({ text, title: "beside it" });
});
