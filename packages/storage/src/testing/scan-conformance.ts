import { beforeEach, describe, expect, it } from "vitest";
import { keySuccessor, prefixRange } from "../key-range.js";
import type { KeyRange, Page, PageLimits, Row, Snapshot, Store } from "../store.js";
import { bytes, commit, keyTexts, NO_LIMITS, pattern, put, rowTexts, text } from "./sample-bytes.js";
import type { Subject } from "./storage-fixture.js";

/** `scan`: order, bounds, limits and how to go on. */
export const describeScans = (subject: Subject): void => {
  describe("scan", () => {
    let store: Store;
    beforeEach(async () => {
      store = await subject().storage.openStore("main");
    });

    const scan = async (range: KeyRange, limits: PageLimits = NO_LIMITS): Promise<Page> => {
      const snapshot = await store.snapshot();
      const page = await snapshot.scan(range, limits);
      await snapshot.close();
      return page;
    };

    const keysOf = async (range: KeyRange): Promise<(string | undefined)[]> => keyTexts(await scan(range));

    it("orders keys as unsigned bytes, a prefix before what it begins", async () => {
      const sorted = ["\0", "\0\0", "\x01", "a", "a\0", "a\xff", "b", "\x7f", "\x80", "\xff", "\xff\0", "\xff\xff"];
      await commit(store, ...[...sorted].reverse().map((key) => put(key, key)));
      expect(await keysOf({ from: bytes("") })).toEqual(sorted);
      expect(await keysOf({ from: bytes(""), reverse: true })).toEqual([...sorted].reverse());
    });

    it("takes `from` in and leaves `to` out, in both directions", async () => {
      await commit(store, ...["a", "b", "c", "d"].map((key) => put(key, key)));
      expect(await keysOf({ from: bytes("b"), to: bytes("d") })).toEqual(["b", "c"]);
      expect(await keysOf({ from: bytes("b"), to: bytes("d"), reverse: true })).toEqual(["c", "b"]);
      expect(await keysOf({ from: bytes("aa"), to: bytes("cc") })).toEqual(["b", "c"]);
      expect(await keysOf({ from: bytes("aa"), to: bytes("cc"), reverse: true })).toEqual(["c", "b"]);
      expect(await keysOf({ from: bytes("c") })).toEqual(["c", "d"]);
      expect(await keysOf({ from: bytes("c"), reverse: true })).toEqual(["d", "c"]);
      expect(await keysOf({ from: bytes(""), to: bytes("b") })).toEqual(["a"]);
      expect(await keysOf({ from: bytes(""), to: bytes("b"), reverse: true })).toEqual(["a"]);
    });

    it("finds nothing in a range that is empty, ends before it starts, or lies beside the keys", async () => {
      await commit(store, put("b", "1"), put("d", "1"));
      const ranges = [
        { from: bytes("b"), to: bytes("b") },
        { from: bytes("d"), to: bytes("b") },
        { from: bytes(""), to: bytes("") },
        { from: bytes("b"), to: bytes("") },
        { from: bytes("c"), to: bytes("d") },
        { from: bytes("e") },
        { from: bytes(""), to: bytes("b") },
      ];
      for (const range of ranges) {
        expect(await scan(range)).toEqual({ rows: [], more: false });
        expect(await scan({ ...range, reverse: true })).toEqual({ rows: [], more: false });
      }
    });

    it("scans a prefix, also one that ends in 0xff", async () => {
      await commit(
        store,
        ...["a", "a\xff", "a\xff\xff", "b", "\xff", "\xff\xff", "\xff\xffz"].map((key) => put(key, "")),
      );
      expect(await keysOf(prefixRange(bytes("a\xff")))).toEqual(["a\xff", "a\xff\xff"]);
      expect(await keysOf(prefixRange(bytes("a")))).toEqual(["a", "a\xff", "a\xff\xff"]);
      expect(await keysOf(prefixRange(bytes("\xff\xff")))).toEqual(["\xff\xff", "\xff\xffz"]);
      expect(await keysOf({ ...prefixRange(bytes("a\xff")), reverse: true })).toEqual(["a\xff\xff", "a\xff"]);
    });

    it("takes bounds that are longer than a key may be", async () => {
      const longest = pattern(store.supports.keyBytesMax);
      const beyond = keySuccessor(longest);
      await store.commit({ operations: [{ key: longest, value: bytes("longest") }] });
      expect(rowTexts(await scan({ from: longest }))).toEqual([`${text(longest)}=longest`]);
      expect(await keysOf({ from: beyond })).toEqual([]);
      expect(await keysOf({ from: beyond, reverse: true })).toEqual([]);
      expect(await keysOf({ from: bytes(""), to: beyond })).toEqual([text(longest)]);
      expect(await keysOf({ from: bytes(""), to: beyond, reverse: true })).toEqual([text(longest)]);
      expect(await keysOf({ from: bytes(""), to: longest })).toEqual([]);
    });

    it("ends a page before it passes either limit, and says that there is more", async () => {
      await commit(store, ...["a", "b", "c", "d"].map((key) => put(key, "123")));
      const all = { from: bytes("") };
      const byRows = await scan(all, { ...NO_LIMITS, rowsMax: 2 });
      expect([keyTexts(byRows), byRows.more]).toEqual([["a", "b"], true]);
      const byBytes = await scan(all, { ...NO_LIMITS, bytesMax: 11 });
      expect([keyTexts(byBytes), byBytes.more]).toEqual([["a", "b"], true]);
      const exactly = await scan(all, { ...NO_LIMITS, bytesMax: 12 });
      expect([keyTexts(exactly), exactly.more]).toEqual([["a", "b", "c"], true]);
      const reverse = await scan({ ...all, reverse: true }, { ...NO_LIMITS, bytesMax: 12 });
      expect([keyTexts(reverse), reverse.more]).toEqual([["d", "c", "b"], true]);
      const whole = await scan(all, { ...NO_LIMITS, bytesMax: 1000 });
      expect([keyTexts(whole), whole.more]).toEqual([["a", "b", "c", "d"], false]);
    });

    it("gives one row, whatever the limits, when there is one", async () => {
      await store.commit({ operations: [{ key: bytes("large"), value: pattern(100_000) }] });
      await commit(store, put("next", "small"));
      for (const limits of [
        { rowsMax: 0, bytesMax: 0 },
        { rowsMax: 10, bytesMax: 1 },
        { rowsMax: 1, bytesMax: 10 },
      ]) {
        const page = await scan({ from: bytes("") }, limits);
        expect([keyTexts(page), page.more]).toEqual([["large"], true]);
      }
    });

    it("goes on page by page, in both directions, meeting every row once", async () => {
      const keys = Array.from({ length: 250 }, (_, n) => String(n * 7).padStart(5, "0"));
      await commit(store, ...keys.map((key) => put(key, `value of ${key}`)));
      const snapshot = await store.snapshot();
      await commit(store, put("00001", "added behind the snapshot's back"));
      for (const limits of [
        { ...NO_LIMITS, rowsMax: 1 },
        { ...NO_LIMITS, rowsMax: 7 },
        { ...NO_LIMITS, bytesMax: 100 },
      ]) {
        expect((await pageThrough(snapshot, false, limits)).map((row) => text(row.key))).toEqual(keys);
        expect((await pageThrough(snapshot, true, limits)).map((row) => text(row.key))).toEqual([...keys].reverse());
      }
      await snapshot.close();
    });

    it("gives rows that are the caller's own", async () => {
      await commit(store, put("a", "1"), put("b", "2"));
      const snapshot = await store.snapshot();
      const first = await snapshot.scan({ from: bytes("") }, NO_LIMITS);
      await snapshot.scan({ from: bytes("b") }, NO_LIMITS);
      expect(rowTexts(first)).toEqual(["a=1", "b=2"]);
      for (const row of first.rows) {
        row.key.fill(0);
        row.value.fill(0);
      }
      expect(rowTexts(await snapshot.scan({ from: bytes("") }, NO_LIMITS))).toEqual(["a=1", "b=2"]);
      await snapshot.close();
    });

    it("has copied the bounds when the call returns", async () => {
      await commit(store, put("a", "1"), put("b", "2"));
      const snapshot = await store.snapshot();
      const from = bytes("b");
      const scanning = snapshot.scan({ from }, NO_LIMITS);
      from.set(bytes("a"));
      expect(keyTexts(await scanning)).toEqual(["b"]);
      await snapshot.close();
    });
  });
};

const pageThrough = async (snapshot: Snapshot, reverse: boolean, limits: PageLimits): Promise<Row[]> => {
  const rows: Row[] = [];
  let range: KeyRange = { from: bytes(""), reverse };
  for (;;) {
    const page = await snapshot.scan(range, limits);
    rows.push(...page.rows);
    const last = page.rows.at(-1);
    if (!page.more || last === undefined) return rows;
    range = reverse ? { ...range, to: last.key } : { ...range, from: keySuccessor(last.key) };
  }
};
