import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareKeys, keySuccessor, prefixRange } from "./key-range.js";

const key = fc.uint8Array({ maxLength: 6 });
/** As long as the prefixes that matter: with many 0xff at the end. */
const prefix = fc.tuple(fc.uint8Array({ maxLength: 3 }), fc.nat({ max: 3 })).map(([head, tail]) => {
  const bytes = new Uint8Array(head.length + tail).fill(0xff);
  bytes.set(head);
  return bytes;
});

describe("compareKeys", () => {
  it("orders as Buffer.compare does", () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(a, b));
      }),
    );
  });
});

describe("keySuccessor", () => {
  it("sorts after the key with nothing between", () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(compareKeys(keySuccessor(a), a)).toBeGreaterThan(0);
        expect(compareKeys(b, a) > 0 && compareKeys(b, keySuccessor(a)) < 0).toBe(false);
      }),
    );
  });
});

describe("prefixRange", () => {
  it("holds exactly the keys that begin with the prefix", () => {
    fc.assert(
      fc.property(prefix, fc.oneof(key, prefix), fc.boolean(), (start, rest, extend) => {
        const tested = extend ? Uint8Array.from([...start, ...rest]) : rest;
        const { from, to } = prefixRange(start);
        const inRange = compareKeys(tested, from) >= 0 && (to === undefined || compareKeys(tested, to) < 0);
        expect(inRange).toBe(start.every((byte, at) => tested[at] === byte));
      }),
    );
  });

  it("has no end when no key sorts after the prefix", () => {
    expect(prefixRange(new Uint8Array(0)).to).toBeUndefined();
    expect(prefixRange(Uint8Array.of(0xff, 0xff)).to).toBeUndefined();
    expect(prefixRange(Uint8Array.of(0x61, 0xff)).to).toEqual(Uint8Array.of(0x62));
  });

  it("leaves its argument alone, also where slicing would give a view", () => {
    const start = Buffer.from("ab");
    const { from, to } = prefixRange(start);
    start.fill(0);
    expect([from, to]).toEqual([Uint8Array.of(0x61, 0x62), Uint8Array.of(0x61, 0x63)]);
  });
});
