import { describe, expect, it } from "vitest";
import type { Storage } from "../storage.js";
import { bytes, commit, put, rejection, texts } from "./sample-bytes.js";
import type { Subject } from "./storage-fixture.js";

/** The place itself: names, the current database, dropping, and what outlives a close. */
export const describePlace = (subject: Subject): void => {
  const names = async (storage: Storage): Promise<string[]> => [...(await storage.names())].sort();

  describe("databases", () => {
    it("exist once opened, each with content of its own", async () => {
      const { storage } = subject();
      expect(await names(storage)).toEqual([]);
      const one = await storage.openStore("one");
      const two = await storage.openStore("two-2");
      await Promise.all([commit(one, put("a", "1")), commit(two, put("a", "2"))]);
      expect(await names(storage)).toEqual(["one", "two-2"]);
      expect(texts(await one.getMany([bytes("a")]))).toEqual(["1"]);
      expect(texts(await two.getMany([bytes("a")]))).toEqual(["2"]);
    });

    it("have names of [a-z0-9-], 1 to 64 of them", async () => {
      const { storage } = subject();
      for (const name of ["", "A", "a b", "a/b", "..", ".", "a.mdb", "ä", "a\n", "x".repeat(65)]) {
        await expect(storage.openStore(name)).rejects.toMatchObject(rejection("database_name"));
        await expect(storage.makeCurrent(name)).rejects.toMatchObject(rejection("database_name"));
        await expect(storage.drop(name)).rejects.toMatchObject(rejection("database_name"));
      }
      for (const name of ["0", "-", "x".repeat(64)]) await (await storage.openStore(name)).close();
      expect(await names(storage)).toEqual(["-", "0", "x".repeat(64)]);
    });

    it("are opened by one handle at a time", async () => {
      const { storage } = subject();
      const store = await storage.openStore("main");
      await expect(storage.openStore("main")).rejects.toMatchObject(rejection("database_in_use"));
      await store.close();
      await (await storage.openStore("main")).close();
    });

    it("can be dropped unless they are current or open; what does not exist is nothing to do", async () => {
      const { storage } = subject();
      const current = await storage.openStore("current");
      const open = await storage.openStore("open");
      await storage.makeCurrent("current");
      await current.close();
      await expect(storage.drop("current")).rejects.toMatchObject(rejection("database_in_use"));
      await expect(storage.drop("open")).rejects.toMatchObject(rejection("database_in_use"));
      await storage.drop("missing");
      await commit(open, put("a", "1"));
      await open.close();
      await storage.drop("open");
      expect(await names(storage)).toEqual(["current"]);
      const anew = await storage.openStore("open");
      expect(texts(await anew.getMany([bytes("a")]))).toEqual([undefined]);
    });

    it("are made current one at a time, and only if they exist", async () => {
      const { storage } = subject();
      await expect(storage.makeCurrent("missing")).rejects.toMatchObject(rejection("database_name"));
      await storage.openStore("one");
      await storage.openStore("two");
      await storage.makeCurrent("one");
      await storage.makeCurrent("two");
      await storage.drop("missing");
      await expect(storage.drop("two")).rejects.toMatchObject(rejection("database_in_use"));
      expect(await names(storage)).toEqual(["one", "two"]);
    });
  });

  describe("the place", () => {
    it("refuses every call before it is opened and after it is closed, and can be opened again", async () => {
      const { storage } = subject();
      await storage.openStore("main");
      await storage.close();
      await storage.close();
      await expect(storage.names()).rejects.toMatchObject(rejection("store_closed"));
      await expect(storage.openStore("main")).rejects.toMatchObject(rejection("store_closed"));
      await expect(storage.makeCurrent("main")).rejects.toMatchObject(rejection("store_closed"));
      await expect(storage.drop("main")).rejects.toMatchObject(rejection("store_closed"));
      await storage.open();
      await (await storage.openStore("main")).close();
    });

    it("closes the stores that are open, after the commits that were called", async () => {
      const { storage } = subject();
      const store = await storage.openStore("main");
      const committing = commit(store, put("a", "1"));
      await storage.close();
      await committing;
      await expect(store.getMany([bytes("a")])).rejects.toMatchObject(rejection("store_closed"));
    });

    it("is taken by one opener at a time", async ({ skip }) => {
      const { storage, reopen } = subject();
      await expect(storage.open()).rejects.toMatchObject(rejection("storage_locked"));
      if (reopen === undefined) return skip("nothing can be opened twice");
      const other = await reopen();
      await expect(other.open()).rejects.toMatchObject(rejection("storage_locked"));
      const store = await storage.openStore("main");
      await commit(store, put("a", "1"));
      await storage.close();
      await other.open();
      await expect(storage.open()).rejects.toMatchObject(rejection("storage_locked"));
      await other.close();
      await storage.open();
    });

    it("keeps databases, their content and which is current", async ({ skip }) => {
      const { storage, reopen } = subject();
      if (reopen === undefined) return skip("nothing outlives a close");
      const first = await storage.openStore("first");
      await commit(first, put("a", "1"), put("b", ""));
      await commit(first, put("a", "2"));
      await storage.openStore("second");
      await storage.makeCurrent("second");
      await storage.makeCurrent("first");
      await storage.close();
      const again = await reopen();
      expect(await again.open()).toBe("first");
      expect(await names(again)).toEqual(["first", "second"]);
      const found = await again.openStore("first");
      expect(texts(await found.getMany(["a", "b"].map(bytes)))).toEqual(["2", ""]);
      await again.close();
      expect(await storage.open()).toBe("first");
    });

    it("that is new has no current database", async ({ skip }) => {
      const { storage, reopen } = subject();
      if (reopen === undefined) return skip("nothing outlives a close");
      await storage.openStore("main");
      await storage.close();
      const again = await reopen();
      expect(await again.open()).toBeUndefined();
      await again.close();
    });
  });
};
