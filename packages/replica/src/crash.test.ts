import { type FaultyStorage, faultyStorage, memoryStorage, type Storage, type StorageCall } from "@concordat/storage";
import { expect, test } from "vitest";
import {
  createEntries,
  expectConverged,
  expectSound,
  heal,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";

/** One thing that a node is asked to do, and the titles that its live entries have once that is promised. */
interface Step {
  readonly name: string;
  readonly run: (node: TestNode, other: TestNode) => Promise<unknown>;
  readonly after: readonly string[];
  /** May be found half done: entries of a pull arrive chunk by chunk. */
  readonly inParts?: boolean;
}

const create = async ({ replica }: TestNode, ...titles: string[]): Promise<void> => {
  await Promise.all(titles.map((title) => replica.create({ title })));
};

const entryTitled = async ({ replica }: TestNode, title: string) => {
  for await (const entry of replica.entries()) if (entry.attributes.title === title) return entry.uuid;
  throw new Error(`no entry is titled ${title}`);
};

const retitle = async (node: TestNode, from: string, title: string): Promise<void> =>
  node.replica.modify(await entryTitled(node, from), { title });

const others = ["entry 0", "entry 1", "entry 2", "entry 3", "entry 4"];
const pulled = ["pulled 0", "pulled 1", "pulled 2", "pulled 3", "pulled 4"];
const group = ["two", "three", "four"];

/** A history of everything that touches the disk. */
const history: readonly Step[] = [
  { name: "creates", run: (node) => create(node, "one"), after: ["one"] },
  { name: "modifies", run: (node) => retitle(node, "one", "first"), after: ["first"] },
  { name: "commits a group", run: (node) => create(node, ...group), after: ["first", ...group] },
  {
    name: "deletes",
    run: async (node) => node.replica.delete(await entryTitled(node, "two")),
    after: ["first", "three", "four"],
  },
  {
    name: "is refreshed",
    run: (node, other) => refreshFrom(node, other, { discardLocalChanges: true }),
    after: others,
  },
  { name: "creates again", run: (node) => create(node, "own"), after: ["own", ...others] },
  {
    name: "pulls",
    run: async (node, other) => {
      await createEntries(other, 5, "pulled");
      await pullOnce(node, other);
    },
    after: ["own", ...others, ...pulled],
    inParts: true,
  },
  {
    name: "is refreshed again",
    run: (node, other) => refreshFrom(node, other, { discardLocalChanges: true }),
    after: [...others, ...pulled],
  },
];

const CHANGES_DISK: ReadonlySet<StorageCall["operation"]> = new Set(["commit", "make_current", "drop", "open_store"]);

/** What a crash leaves: the disk, the step that it came in (-1: the opening), and the newest change of each server. */
interface Remains {
  readonly disk: Storage;
  readonly other: TestNode;
  readonly step: number;
  readonly issued: ReadonlyMap<string, number>;
}

/** Lives until the power goes at the `index`-th call that changes the disk. @returns `undefined` when it never did. */
const crashAt = async (index: number, applied: boolean): Promise<Remains | undefined> => {
  const disk = memoryStorage();
  const other = await testNode("other");
  await createEntries(other, 5);
  const issued = new Map<string, number>();
  let calls = 0;
  let step = -1;
  const faulty: FaultyStorage = faultyStorage(disk, ({ operation }) => {
    if (!CHANGES_DISK.has(operation)) return undefined;
    calls += 1;
    return calls === index ? { kind: "power_loss", applied } : undefined;
  });
  try {
    const node = await testNode("node", { storage: faulty });
    for (const { run } of history) {
      step += 1;
      await run(node, other);
      const { ruv, serverUuid } = node.replica.status();
      issued.set(serverUuid, ruv.get(serverUuid)?.seen ?? 0);
    }
    step += 1;
  } catch (error) {
    expect(error).toMatchObject({ code: "store_io" });
  }
  await faulty.losePower();
  return calls < index ? undefined : { disk, other, step, issued };
};

const titlesOf = async ({ replica }: TestNode): Promise<string[]> => {
  const titles: string[] = [];
  for await (const { attributes } of replica.entries()) titles.push(String(attributes.title));
  return titles.sort();
};

/** Everything that was promised is there; what was being done is done or not. */
const expectPromisesKept = async (node: TestNode, { step }: Remains): Promise<void> => {
  const before = (history[step - 1]?.after ?? []).toSorted();
  const current = history[step];
  const after = (current?.after ?? before).toSorted();
  const found = await titlesOf(node);
  const where = `crashed as it ${current?.name ?? "opened, or had ended"}`;
  if (!current?.inParts) return expect([before, after], where).toContainEqual(found);
  for (const title of before) expect(found, where).toContain(title);
  for (const title of found) expect(after, where).toContain(title);
};

const expectGoesOn = async (node: TestNode, { other, issued, disk }: Remains): Promise<void> => {
  const { changeId } = await node.replica.transact((transaction) => transaction.create({ title: "goes on" }));
  expect(changeId?.ts).toBeGreaterThan(issued.get(node.replica.serverUuid) ?? 0);
  expect(await refreshFrom(node, other, { discardLocalChanges: true })).toMatchObject({ kind: "refreshed" });
  await heal([node, other]);
  await expectConverged([node, other]);
  expect((await disk.names()).length).toBeLessThanOrEqual(2);
};

for (const applied of [false, true]) {
  test(`power lost at any call to the disk, the call itself ${applied ? "done" : "undone"}: the replica opens, is sound, keeps its promises and goes on`, async () => {
    let crashes = 0;
    for (;;) {
      const remains = await crashAt(crashes + 1, applied);
      if (remains === undefined) break;
      crashes += 1;
      const node = await testNode("node", { storage: remains.disk });
      await expectSound([node]);
      await expectPromisesKept(node, remains);
      await expectGoesOn(node, remains);
      await node.replica.close();
      await remains.other.replica.close();
    }
    expect(crashes).toBeGreaterThan(25);
  }, 240_000);
}
