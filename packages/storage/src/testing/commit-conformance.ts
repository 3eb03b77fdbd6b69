import { beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../store.js";
import { bytes, commit, NO_LIMITS, pattern, put, rejection, remove, rowTexts, text, texts } from "./sample-bytes.js";
import type { Subject } from "./storage-fixture.js";

/** `commit`: what it does, whole or not at all, in order, with bytes of its own. */
export const describeCommits = (subject: Subject): void => {
  describe("commit", () => {
    let store: Store;
    beforeEach(async () => {
      store = await subject().storage.openStore("main");
    });

    const rows = async (): Promise<string[]> => {
      const snapshot = await store.snapshot();
      const page = await snapshot.scan({ from: bytes("") }, NO_LIMITS);
      await snapshot.close();
      return rowTexts(page);
    };

    it("puts, replaces and deletes; deleting what is not there is nothing to do", async () => {
      await commit(store, put("a", "1"), put("b", "1"));
      await commit(store, put("b", "2"), remove("a"), remove("missing"));
      expect(await rows()).toEqual(["b=2"]);
      await commit(store, remove("missing"));
      expect(await rows()).toEqual(["b=2"]);
    });

    it("takes an empty batch", async () => {
      await commit(store);
      expect(await rows()).toEqual([]);
      await commit(store, put("a", "1"));
      await commit(store);
      expect(await rows()).toEqual(["a=1"]);
    });

    it("lets the later of two operations on one key count", async () => {
      await commit(
        store,
        put("put", "1"),
        put("put", "2"),
        put("gone", "1"),
        remove("gone"),
        remove("back"),
        put("back", "1"),
      );
      expect(await rows()).toEqual(["back=1", "put=2"]);
    });

    it("has copied keys and values when the call returns", async () => {
      const buffer = Buffer.from("key value");
      const operations = [{ key: buffer.subarray(0, 3), value: buffer.subarray(4) }];
      const committing = store.commit({ operations });
      buffer.fill(0x78);
      operations.pop();
      await committing;
      expect(await rows()).toEqual(["key=value"]);
    });

    it("takes effect in the order of the calls", async () => {
      const commits = Array.from({ length: 60 }, (_, n) => commit(store, put("last", String(n)), put(`key ${n}`, "1")));
      for (const [n, committed] of commits.entries()) {
        await committed;
        const [last, own] = await store.getMany([bytes("last"), bytes(`key ${n}`)]);
        expect(Number(text(last))).toBeGreaterThanOrEqual(n);
        expect(text(own)).toBe("1");
      }
      expect(texts(await store.getMany([bytes("last")]))).toEqual(["59"]);
    });

    it("keeps the order of batches that undo one another", async () => {
      const commits = Array.from({ length: 51 }, (_, n) =>
        commit(store, n % 2 === 0 ? put("flag", String(n)) : remove("flag")),
      );
      await Promise.all(commits);
      expect(await rows()).toEqual(["flag=50"]);
    });

    it("refuses an empty key and one that is too long, with nothing applied", async () => {
      await commit(store, put("a", "1"));
      const tooLong = { key: pattern(store.supports.keyBytesMax + 1), value: bytes("1") };
      await expect(commit(store, put("a", "2"), put("", "1"))).rejects.toMatchObject(rejection("key_length"));
      await expect(commit(store, put("a", "2"), tooLong)).rejects.toMatchObject(rejection("key_length"));
      await expect(commit(store, remove("a"), remove(""))).rejects.toMatchObject(rejection("key_length"));
      expect(await rows()).toEqual(["a=1"]);
      await commit(store, put("a", "3"));
      expect(await rows()).toEqual(["a=3"]);
    });

    it("keeps keys up to the longest", async () => {
      const lengths = [1, 2, 255, 256, 511, 512, store.supports.keyBytesMax - 1, store.supports.keyBytesMax];
      const keys = lengths.map((length) => pattern(length, length));
      await store.commit({ operations: keys.map((key) => ({ key, value: key })) });
      expect(texts(await store.getMany(keys))).toEqual(texts(keys));
    });

    it("keeps values of 0 bytes to 5 MiB", async () => {
      const lengths = [0, 1, 2047, 2048, 4095, 4096, 4097, 65_535, 65_536, 1 << 20, 5 << 20];
      const keys = lengths.map((length) => bytes(`length ${length}`));
      const values = lengths.map((length) => pattern(length));
      await store.commit({ operations: keys.map((key, at) => ({ key, value: values[at] })) });
      const found = await store.getMany(keys);
      expect(found.map((value) => value?.length)).toEqual(lengths);
      for (const [at, value] of found.entries())
        expect(Buffer.compare(value ?? bytes(""), values[at] ?? bytes(""))).toBe(0);
      const snapshot = await store.snapshot();
      const page = await snapshot.scan({ from: bytes("") }, NO_LIMITS);
      expect(page.rows.map((row) => row.value.length).sort((a, b) => a - b)).toEqual(lengths);
      await snapshot.close();
    });

    it("takes thousands of operations in one batch", async () => {
      const keys = Array.from({ length: 5000 }, (_, n) => bytes(String((n * 7919) % 5000).padStart(6, "0")));
      await store.commit({ operations: keys.map((key) => ({ key, value: key })) });
      expect(texts(await store.getMany(keys))).toEqual(texts(keys));
      await store.commit({ operations: keys.map((key) => ({ key, value: undefined })) });
      expect(await rows()).toEqual([]);
    });
  });

  describe("close of a store", () => {
    it("waits for the commits that were called, then refuses every call", async () => {
      const { storage } = subject();
      const store = await storage.openStore("main");
      const committing = commit(store, put("a", "1"));
      const closing = store.close();
      await Promise.all([committing, closing]);
      await store.close();
      await expect(store.getMany([bytes("a")])).rejects.toMatchObject(rejection("store_closed"));
      await expect(store.getMany([])).rejects.toMatchObject(rejection("store_closed"));
      await expect(store.snapshot()).rejects.toMatchObject(rejection("store_closed"));
      await expect(commit(store, put("a", "2"))).rejects.toMatchObject(rejection("store_closed"));
      await expect(commit(store)).rejects.toMatchObject(rejection("store_closed"));
      const again = await storage.openStore("main");
      expect(texts(await again.getMany([bytes("a")]))).toEqual(["1"]);
    });
  });
};
