import { NO_LINEAGE, type ServerUuid } from "@concordat/crdt";
import { DEFAULT_LIMITS } from "@concordat/protocol";
import { memoryStorage, type Store } from "@concordat/storage";
import { expect, it } from "vitest";
import { CommitBuilder } from "./commit-builder.js";
import { Database, readHead } from "./database.js";
import { readRuvRows } from "./snapshot-reads.js";
import { takeStatedSnapshot } from "./stated-snapshot.js";

const SERVER = "00000000-0000-4000-8000-00000000000a" as ServerUuid;

/** A store that does `before` ahead of every snapshot, and `after` behind every commit before it resolves. */
class HookedStore implements Store {
  readonly supports;
  before: () => Promise<void> = async () => {};
  after: () => Promise<void> = async () => {};

  constructor(private readonly inner: Store) {
    this.supports = inner.supports;
  }

  getMany: Store["getMany"] = (keys) => this.inner.getMany(keys);
  close: Store["close"] = () => this.inner.close();
  snapshot: Store["snapshot"] = async () => {
    await this.before();
    return this.inner.snapshot();
  };
  commit: Store["commit"] = async (batch) => {
    await this.inner.commit(batch);
    await this.after();
  };
}

const open = async () => {
  const storage = memoryStorage();
  await storage.open();
  const store = new HookedStore(await storage.openStore("one"));
  const identity = {
    domainUuid: SERVER,
    serverUuid: SERVER,
    refreshFrom: undefined,
  } as unknown as Database["identity"];
  const database = await Database.create("one", store, identity, [SERVER], DEFAULT_LIMITS);
  const commitAt = (seen: number): Promise<void> => {
    const builder = new CommitBuilder(database);
    builder.beginFeed();
    builder.setRow(SERVER, { seen, purged: 0, lineage: NO_LINEAGE });
    return builder.commit(new Uint8Array(8).fill(seen));
  };
  return { database, store, commitAt };
};

/** What is said beside a snapshot has to be what it shows. */
const expectTrue = async (database: Database, seen: number): Promise<void> => {
  const { snapshot, ruv, head } = await takeStatedSnapshot(database);
  const stored = await readRuvRows(snapshot);
  expect([...ruv]).toEqual(stored.map(({ server, row }) => [server, row]));
  expect(head).toEqual(await readHead(snapshot));
  expect(ruv.get(SERVER)?.seen).toBe(seen);
  await snapshot.close();
};

it("is told from memory at rest", async () => {
  const { database, commitAt } = await open();
  await commitAt(1);
  await expectTrue(database, 1);
  await commitAt(2);
  await expectTrue(database, 2);
});

it("is of its own moment when a commit comes in between", async () => {
  const { database, store, commitAt } = await open();
  await commitAt(1);
  store.before = () => commitAt(2);
  await expectTrue(database, 2);
});

it("shows a commit that is stored and not answered yet", async () => {
  const { database, store, commitAt } = await open();
  await commitAt(1);
  store.after = () => expectTrue(database, 2);
  await commitAt(2);
});

it("trusts nothing of a commit that failed: it may be stored", async () => {
  const { database, store, commitAt } = await open();
  await commitAt(1);
  store.after = () => Promise.reject(new Error("the disk went away"));
  await expect(commitAt(2)).rejects.toThrow("went away");
  await expectTrue(database, 2);
});
