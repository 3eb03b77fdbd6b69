import { beforeEach, describe, expect, it } from "vitest";
import type { FaultPlan, StorageCall } from "./fault-plan.js";
import { type FaultyStorage, faultyStorage } from "./faulty-storage.js";
import { memoryStorage } from "./memory-storage.js";
import type { Storage } from "./storage.js";
import type { Store } from "./store.js";
import { bytes, commit, NO_LIMITS, put, rejection, rowTexts, texts } from "./testing/sample-bytes.js";

let inner: Storage;
let faulty: FaultyStorage;

const openFaulty = async (plan: FaultPlan): Promise<Store> => {
  faulty = faultyStorage(inner, plan);
  await faulty.open();
  return faulty.openStore("main");
};

/** What is in the inner storage once it has been started again. */
const survivors = async (): Promise<string[]> => {
  await inner.open();
  const store = await inner.openStore("main");
  const snapshot = await store.snapshot();
  const page = await snapshot.scan({ from: bytes("") }, NO_LIMITS);
  await inner.close();
  return rowTexts(page);
};

const nth =
  (operation: StorageCall["operation"], index: number) =>
  (call: StorageCall): boolean =>
    call.operation === operation && call.index === index;

beforeEach(() => {
  inner = memoryStorage();
});

describe("planned errors", () => {
  it("fail the call they are planned for with nothing applied, and no other", async () => {
    const isSecond = nth("commit", 1);
    const store = await openFaulty((call) => (isSecond(call) ? { kind: "error", code: "store_full" } : undefined));
    await commit(store, put("a", "1"));
    await expect(commit(store, put("a", "2"), put("b", "2"))).rejects.toMatchObject(rejection("store_full"));
    await commit(store, put("c", "3"));
    expect(texts(await store.getMany(["a", "b", "c"].map(bytes)))).toEqual(["1", undefined, "3"]);
  });

  it("fail reads of stores and snapshots alike", async () => {
    const store = await openFaulty(({ operation }) =>
      operation === "get_many" || operation === "scan" ? { kind: "error", code: "store_io" } : undefined,
    );
    const snapshot = await store.snapshot();
    await expect(store.getMany([bytes("a")])).rejects.toMatchObject(rejection("store_io"));
    await expect(snapshot.getMany([bytes("a")])).rejects.toMatchObject(rejection("store_io"));
    await expect(snapshot.scan({ from: bytes("") }, NO_LIMITS)).rejects.toMatchObject(rejection("store_io"));
  });

  it("are asked for in the order of the calls, counted for each operation", async () => {
    const asked: string[] = [];
    const store = await openFaulty(({ operation, database, index }) => {
      asked.push(`${operation} ${database} ${index}`);
      return undefined;
    });
    await Promise.all([commit(store, put("a", "1")), store.getMany([bytes("a")]), commit(store, put("a", "2"))]);
    await faulty.makeCurrent("main");
    await faulty.drop("other");
    expect(asked).toEqual([
      "open_store main 0",
      "commit main 0",
      "get_many main 0",
      "commit main 1",
      "make_current main 0",
      "drop other 0",
    ]);
  });
});

describe("power loss", () => {
  it("leaves resolved commits, drops the others, and refuses whatever comes after", async () => {
    const isThird = nth("commit", 2);
    const store = await openFaulty((call) => (isThird(call) ? { kind: "power_loss", applied: false } : undefined));
    await commit(store, put("resolved", "1"));
    const pending = commit(store, put("pending", "1"));
    const hit = commit(store, put("hit", "1"));
    await expect(hit).rejects.toMatchObject(rejection("store_io"));
    await expect(pending).rejects.toMatchObject(rejection("store_io"));
    await expect(commit(store, put("late", "1"))).rejects.toMatchObject(rejection("store_io"));
    await expect(store.getMany([bytes("resolved")])).rejects.toMatchObject(rejection("store_io"));
    await expect(faulty.names()).rejects.toMatchObject(rejection("store_io"));
    await faulty.losePower();
    expect(await survivors()).toEqual(["resolved=1"]);
  });

  it("may leave what nobody was told about: the commit it hit and all before it", async () => {
    const isSecond = nth("commit", 1);
    const store = await openFaulty((call) => (isSecond(call) ? { kind: "power_loss", applied: true } : undefined));
    const pending = commit(store, put("pending", "1"));
    const hit = commit(store, put("hit", "1"));
    await expect(pending).rejects.toMatchObject(rejection("store_io"));
    await expect(hit).rejects.toMatchObject(rejection("store_io"));
    await faulty.losePower();
    expect(await survivors()).toEqual(["hit=1", "pending=1"]);
  });

  it("can hit a switch of databases on either side of it", async () => {
    for (const applied of [false, true]) {
      inner = memoryStorage();
      await openFaulty(({ operation }) => (operation === "make_current" ? { kind: "power_loss", applied } : undefined));
      await expect(faulty.makeCurrent("main")).rejects.toMatchObject(rejection("store_io"));
      await faulty.losePower();
      expect(await inner.open()).toBe(applied ? "main" : undefined);
    }
  });

  it("can be had at any moment, without a plan", async () => {
    const store = await openFaulty(() => undefined);
    await commit(store, put("resolved", "1"));
    const pending = [commit(store, put("first", "1")), commit(store, put("second", "1"))];
    const losing = faulty.losePower();
    for (const { status } of await Promise.allSettled(pending)) expect(status).toBe("rejected");
    await losing;
    expect(await survivors()).toEqual(["resolved=1"]);
  });
});
