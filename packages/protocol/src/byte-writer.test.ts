import { sameBytes } from "@concordat/crdt";
import { expect, test } from "vitest";
import { decodeValue, encodeValue } from "./index.js";

/** Some 100 blocks: the ends of some of them fall anywhere into any of the values. */
const ROUNDS = 2_000_000;

test("what is written across the end of a block is what would be written anywhere else", () => {
  const values = ["", "a", "ab", "abc", "abcd", "é", "x".repeat(40), 7, 300, -5, 2 ** 40, 0.5, true, ["a", "b"]];
  const expected = values.map((value) => encodeValue(value).slice());
  let seed = 1;
  const broken: unknown[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    seed = (seed * 48_271) % 0x7fff_ffff;
    // Mostly short texts, of which the most end near the end of a block.
    const index = seed % 8 === 0 ? seed % values.length : seed % 5;
    if (!sameBytes(encodeValue(values[index] as never), expected[index] as Uint8Array)) broken.push(values[index]);
  }
  expect(broken).toEqual([]);
});

test("bytes that were given out stay as they are, whatever is written after them", () => {
  const kept = Array.from({ length: 20_000 }, (_, index) => encodeValue(`text ${index}`));
  expect(kept.map((bytes) => decodeValue(bytes))).toEqual(kept.map((_, index) => `text ${index}`));
});
