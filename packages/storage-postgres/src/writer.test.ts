import { randomUUID } from "node:crypto";
import type { Storage, Store } from "@concordat/storage";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { Connection } from "./connection.js";
import { postgresStorage } from "./postgres-storage.js";
import { type PostgresServer, startPostgres } from "./testing/postgres-server.js";

// A server of its own, for it is crashed.
describe.runIf(inject("postgresUrl") !== undefined)("the writer", () => {
  let server: PostgresServer;
  let url = "";
  let storage: Storage;
  let store: Store;

  beforeAll(async () => {
    server = (await startPostgres({ fsync: false })) as PostgresServer;
  });
  afterAll(() => server.stop());

  beforeEach(async () => {
    url = `${server.url}?schema=writer_${randomUUID().slice(0, 8)}`;
    storage = postgresStorage(url, { lockWaitMs: 200, reconnectMs: 20_000 });
    await storage.open();
    store = await storage.openStore("main");
  });

  const put = (name: string) => store.commit({ operations: [{ key: Buffer.from(name), value: Buffer.from("1") }] });

  const names = async (of: Store): Promise<string[]> => {
    const snapshot = await of.snapshot();
    const { rows } = await snapshot.scan({ from: new Uint8Array(0) }, { rowsMax: 1e6, bytesMax: 1 << 30 });
    await snapshot.close();
    return rows.map(({ key }) => Buffer.from(key).toString());
  };

  /** Ends the sessions of the storage at the server, as a failover or an administrator does. */
  const endSessions = async (): Promise<void> => {
    const administrator = await Connection.open(server.url, "administrator");
    await administrator.rows(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'concordat %' AND pid <> pg_backend_pid()",
      [],
    );
    await administrator.close();
  };

  it("goes on when its session was ended, again and again, with nothing lost and nothing done twice", async () => {
    const written: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const commits = Array.from({ length: 20 }, (_, n) => `${round}/${String(n).padStart(2, "0")}`);
      written.push(...commits);
      const writing = commits.map(put);
      await endSessions();
      await Promise.all(writing);
    }
    expect(await names(store)).toEqual(written);
    await storage.close();
  });

  it("waits for a server that crashed and comes back: what was acknowledged is there, and so is what was on its way", async () => {
    await put("before");
    const writing = Array.from({ length: 50 }, (_, n) => put(`while ${String(n).padStart(2, "0")}`));
    await server.crash();
    const late = put("late");
    await server.restart();
    await Promise.all([...writing, late]);
    expect((await names(store)).length).toBe(52);
    await storage.close();
  });

  it("lets no commit through once another has opened the place, though its own session comes back", async () => {
    await put("mine");
    await endSessions();
    const other = postgresStorage(url, { lockWaitMs: 5_000 });
    await other.open();
    await other.close();
    await expect(put("stale")).rejects.toMatchObject({ code: "store_io", message: expect.stringContaining("since") });
    await expect(put("stale, too")).rejects.toMatchObject({ code: "store_io", isFinal: true });
    await expect(store.getMany([Buffer.from("mine")])).rejects.toMatchObject({ code: "store_io" });
    await storage.close();

    await other.open();
    expect(await names(await other.openStore("main"))).toEqual(["mine"]);
    await other.close();
  });

  it("is refused by a fence, should a lock hold nobody: a session that was overtaken in the middle writes nothing", async () => {
    await put("mine");
    const thief = await Connection.open(server.url, "thief");
    const { searchParams } = new URL(url);
    await thief.run(`UPDATE ${searchParams.get("schema")}.place SET epoch = epoch + 1`);
    await thief.close();
    await expect(put("stale")).rejects.toMatchObject({ code: "store_io" });
    await storage.close();
    await storage.open();
    expect(await names(await storage.openStore("main"))).toEqual(["mine"]);
    await storage.close();
  });

  it("stops when the server comes back without what it had acknowledged, as a standby that lagged", async () => {
    await put("kept");
    await put("lost in the failover");
    await endSessions();
    const standby = await Connection.open(server.url, "standby");
    await standby.run(`UPDATE ${new URL(url).searchParams.get("schema")}.place SET commits = commits - 1`);
    await standby.close();
    await expect(put("later")).rejects.toMatchObject({
      code: "store_io",
      isFinal: true,
      message: expect.stringContaining("has lost"),
    });
    await storage.close();
  });

  it("gives up after a while, with nothing done, and goes on when the server is back", async () => {
    await storage.close();
    storage = postgresStorage(url, { lockWaitMs: 200, reconnectMs: 300 });
    await storage.open();
    store = await storage.openStore("main");
    const witness = await Connection.open(server.url, "witness");
    await server.crash();
    // What is sent before the end is noticed may have happened, and closes the store: that is another case.
    await witness.ended;
    await new Promise((resolve) => setImmediate(resolve));
    await expect(put("nowhere")).rejects.toMatchObject({ code: "store_io", isFinal: false });
    await server.restart();
    await put("there");
    expect(await names(store)).toEqual(["there"]);
    await storage.close();
  });

  it("says who has the place, and what a user may lack", async () => {
    await expect(postgresStorage(url, { lockWaitMs: 50 }).open()).rejects.toMatchObject({
      code: "storage_locked",
      message: expect.stringMatching(/is open already, by a client at 127\.0\.0\.1 \(server process \d+\)/),
    });
    await storage.close();
    const administrator = await Connection.open(server.url, "administrator");
    await administrator.run("CREATE ROLE nobody LOGIN");
    await administrator.close();
    const denied = postgresStorage(url.replace("concordat@", "nobody@"));
    await expect(denied.open()).rejects.toThrow(/docs\/storage-postgres\.md/);
    const absent = postgresStorage(server.url.replace("/postgres", "/absent"));
    await expect(absent.open()).rejects.toThrow(/absent.*create the database/s);
  });
});
