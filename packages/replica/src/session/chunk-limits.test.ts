import { expect, test } from "vitest";
import { chunkWithin, DEFAULT_CHUNK } from "./chunk-limits.js";

const MIB = 1024 * 1024;

test("a chunk is as large as ours, or as the frames that the consumer accepts leave room for one more entry", () => {
  const within = (replyFrameBytesMax: number, entryBytesMax: number): number =>
    chunkWithin(DEFAULT_CHUNK, { requestFrameBytesMax: 1, replyFrameBytesMax, entryBytesMax }).bytesMax;
  expect(within(8 * MIB, 4 * MIB)).toBe(DEFAULT_CHUNK.bytesMax);
  expect(within(128 * 1024, 64 * 1024)).toBe(63 * 1024);
  // An entry at a time: as little as can be sent.
  expect(within(64 * 1024, 4 * MIB)).toBe(1);
});
