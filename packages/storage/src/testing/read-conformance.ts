import { beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../store.js";
import { bytes, commit, NO_LIMITS, pattern, put, rejection, remove, rowTexts, text, texts } from "./sample-bytes.js";
import type { Subject } from "./storage-fixture.js";

/** `getMany` and snapshots. */
export const describeReads = (subject: Subject): void => {
  describe("getMany", () => {
    let store: Store;
    beforeEach(async () => {
      store = await subject().storage.openStore("main");
    });

    it("answers in the order of the keys, with holes for what is missing and repeats for what is asked twice", async () => {
      await commit(store, put("b", "2"), put("a", "1"), put("c", ""));
      const keys = ["c", "missing", "a", "b", "a"].map(bytes);
      expect(texts(await store.getMany(keys))).toEqual(["", undefined, "1", "2", "1"]);
    });

    it("answers nothing when asked nothing", async () => {
      expect(await store.getMany([])).toEqual([]);
    });

    it("tells keys apart that share a prefix or differ only in zero bytes", async () => {
      await commit(store, put("a", "1"), put("a\0", "2"), put("a\0\0", "3"), put("ab", "4"));
      const keys = ["a\0\0", "a\0", "a", "ab", "a\0\0\0", "\0a"].map(bytes);
      expect(texts(await store.getMany(keys))).toEqual(["3", "2", "1", "4", undefined, undefined]);
    });

    it("gives bytes that are the caller's own, so that changing them does not show", async () => {
      await commit(store, put("key", "value"));
      const [first] = await store.getMany([bytes("key")]);
      first?.fill(0);
      const [second] = await store.getMany([bytes("key")]);
      expect(text(second)).toBe("value");
    });

    it("gives plain arrays, whose slices are copies", async () => {
      await commit(store, put("key", "value"));
      const snapshot = await store.snapshot();
      const [row] = (await snapshot.scan({ from: bytes("") }, NO_LIMITS)).rows;
      const [value] = await store.getMany([bytes("key")]);
      await snapshot.close();
      for (const given of [row?.key, row?.value, value]) {
        const kept = text(given);
        given?.slice(0, 2).fill(0);
        expect(text(given)).toBe(kept);
      }
    });

    it("gives bytes that later reads and commits leave alone", async () => {
      await commit(store, put("a", "first"), put("b", "other"));
      const [kept] = await store.getMany([bytes("a")]);
      await commit(store, put("a", "later"));
      await store.getMany([bytes("b"), bytes("a")]);
      expect(text(kept)).toBe("first");
    });

    it("has copied the keys when the call returns", async () => {
      await commit(store, put("a", "1"), put("b", "2"));
      const key = bytes("a");
      const reading = store.getMany([key]);
      key.set(bytes("b"));
      expect(texts(await reading)).toEqual(["1"]);
    });

    it("refuses keys that cannot be there", async () => {
      await expect(store.getMany([bytes("")])).rejects.toMatchObject(rejection("key_length"));
      const tooLong = pattern(store.supports.keyBytesMax + 1);
      await expect(store.getMany([tooLong])).rejects.toMatchObject(rejection("key_length"));
      const snapshot = await store.snapshot();
      await expect(snapshot.getMany([tooLong])).rejects.toMatchObject(rejection("key_length"));
    });
  });

  describe("snapshot", () => {
    let store: Store;
    beforeEach(async () => {
      store = await subject().storage.openStore("main");
    });

    it("shows the last commit, and none that comes after it was taken", async () => {
      await commit(store, put("kept", "1"), put("changed", "1"), put("deleted", "1"));
      const snapshot = await store.snapshot();
      await commit(store, put("changed", "2"), remove("deleted"), put("added", "2"));
      const keys = ["kept", "changed", "deleted", "added"].map(bytes);
      expect(texts(await snapshot.getMany(keys))).toEqual(["1", "1", "1", undefined]);
      expect(rowTexts(await snapshot.scan({ from: bytes("") }, NO_LIMITS))).toEqual([
        "changed=1",
        "deleted=1",
        "kept=1",
      ]);
      expect(texts(await store.getMany(keys))).toEqual(["1", "2", undefined, "2"]);
      await snapshot.close();
    });

    it("of an empty store stays empty", async () => {
      const snapshot = await store.snapshot();
      await commit(store, put("a", "1"));
      expect(await snapshot.scan({ from: bytes("") }, NO_LIMITS)).toEqual({ rows: [], more: false });
      await snapshot.close();
    });

    it("can be held by the hundred, or as many as the store says, each of its own moment", async () => {
      const snapshots = [];
      const moments = Math.min(300, store.supports.snapshotsMax ?? 300);
      for (let moment = 0; moment < moments; moment++) {
        await commit(store, put("moment", String(moment)));
        snapshots.push(await store.snapshot());
      }
      const seen = await Promise.all(snapshots.map((snapshot) => snapshot.getMany([bytes("moment")])));
      expect(seen.map(([value]) => text(value))).toEqual(snapshots.map((_, moment) => String(moment)));
      await Promise.all(snapshots.map((snapshot) => snapshot.close()));
    });

    it("taken twice at one moment is two snapshots: closing one leaves the other", async () => {
      await commit(store, put("a", "1"));
      const [one, other] = await Promise.all([store.snapshot(), store.snapshot()]);
      await one.close();
      await commit(store, put("a", "2"));
      expect(texts(await other.getMany([bytes("a")]))).toEqual(["1"]);
      await other.close();
    });

    it("never shows half of a commit", async () => {
      await commit(store, put("left", "-1"), put("right", "-1"));
      const writing = Array.from({ length: 40 }, (_, n) =>
        commit(store, put("left", String(n)), put("right", String(n))),
      );
      for (const written of writing) {
        const snapshot = await store.snapshot();
        const [left] = await snapshot.getMany([bytes("left")]);
        await written;
        const [right] = await snapshot.getMany([bytes("right")]);
        expect(text(right)).toBe(text(left));
        const [newLeft, newRight] = await store.getMany([bytes("left"), bytes("right")]);
        expect(text(newRight)).toBe(text(newLeft));
        await snapshot.close();
      }
    });

    it("refuses every call once it is closed, or its store is", async () => {
      const closed = await store.snapshot();
      await closed.close();
      await closed.close();
      await expect(closed.getMany([bytes("a")])).rejects.toMatchObject(rejection("store_closed"));
      await expect(closed.scan({ from: bytes("") }, NO_LIMITS)).rejects.toMatchObject(rejection("store_closed"));
      const orphan = await store.snapshot();
      await store.close();
      await expect(orphan.getMany([bytes("a")])).rejects.toMatchObject(rejection("store_closed"));
      await expect(orphan.scan({ from: bytes("") }, NO_LIMITS)).rejects.toMatchObject(rejection("store_closed"));
      await orphan.close();
    });
  });
};
