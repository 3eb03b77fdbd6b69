import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  type Begin,
  type Chunk,
  DEFAULT_LIMITS,
  decodeMessage,
  type End,
  encodeMessage,
  FRAME_HEADER_BYTES,
  FrameReader,
  type Incremental,
  ruvDigest,
  validateEntry,
} from "./index.js";
import { bytesOf, hexOf } from "./testing/vector-file.js";

/** The frames of the page's annotated exchange, in order, and who says each. */
const frames = (): { readonly side: "C" | "S"; readonly bytes: Uint8Array }[] => {
  const page = readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8");
  const [, block = ""] = /```exchange\n([\s\S]*?)```/.exec(page) ?? [];
  return block
    .trimEnd()
    .split("\n\n")
    .map((frame) => ({
      side: frame[0] as "C" | "S",
      bytes: bytesOf(
        frame
          .split("\n")
          .map((line) => line.slice(2).split(" ", 1)[0])
          .join(""),
      ),
    }));
};

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

test("the exchange on the protocol's page is what it says, byte by byte", () => {
  const said = frames().map(({ side, bytes }) => {
    const reader = new FrameReader({ frameBytesMax: DEFAULT_LIMITS.requestFrameBytesMax });
    reader.push(bytes);
    const payload = reader.next() as Uint8Array;
    expect([payload.length, reader.pendingBytes]).toEqual([bytes.length - FRAME_HEADER_BYTES, 0]);
    const message = decodeMessage(payload, side === "C" ? "request" : "reply", DEFAULT_LIMITS);
    expect(hexOf(...encodeMessage(message))).toBe(hexOf(payload));
    return { side, message };
  });
  expect(said.map(({ side, message }) => `${side} ${message.type}`)).toEqual([
    ...["C hello", "S hello", "C incremental", "S begin", "S chunk", "S end"],
    ...["C incremental", "S no-changes", "C ping", "S pong", "C subscribe", "S changed"],
  ]);
  const messages = said.map(({ message }) => message);
  const [, , , begin, chunk, end, next] = messages as [never, never, never, Begin, Chunk, End, Incremental];
  for (const record of chunk.records) validateEntry(record, begin.servers, DEFAULT_LIMITS);
  expect(end.count).toBe(chunk.records.length);
  expect(hexOf(end.digest)).toBe(hexOf(sha256(Buffer.concat(chunk.records))));
  expect([chunk.cursor.sequence, next.cursor, next.rows]).toEqual([begin.head, end.cursor, begin.rows]);
  expect(hexOf(next.frozenDigest as Uint8Array)).toBe(hexOf(ruvDigest(begin.rows, sha256)));
});
