import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameReader, frameHeader } from "./frame.js";
import { ProtocolError } from "./protocol-error.js";

const framed = (payloads: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat(payloads.flatMap((payload) => [frameHeader(payload.length), payload])));

const payloadsIn = (reader: FrameReader): Uint8Array[] => {
  const payloads: Uint8Array[] = [];
  for (let payload = reader.next(); payload; payload = reader.next()) payloads.push(payload);
  return payloads;
};

const codeOf = (run: () => void): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError && error.blame === "peer") return error.code;
    throw error;
  }
  return "nothing thrown";
};

describe("FrameReader", () => {
  test("finds the same frames however the stream is cut, read at once or later", () => {
    const payload = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 30 }),
      fc.uint8Array({ minLength: 1000, maxLength: 3000 }),
    );
    const cuts = fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 2500 })), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 12 }), cuts, fc.boolean(), (payloads, sizes, eager) => {
        const stream = framed(payloads);
        const reader = new FrameReader({ frameBytesMax: 3000 });
        const found: Uint8Array[] = [];
        for (let at = 0, index = 0; at < stream.length; index += 1) {
          const size = sizes[index % sizes.length] as number;
          reader.push(stream.slice(at, at + size));
          at += size;
          if (eager) found.push(...payloadsIn(reader));
        }
        found.push(...payloadsIn(reader));
        expect(reader.pendingBytes).toBe(0);
        expect(found.map((bytes) => Buffer.from(bytes).toString("hex"))).toEqual(
          payloads.map((bytes) => Buffer.from(bytes).toString("hex")),
        );
      }),
    );
  });

  test("a payload that came in one piece is handed out without a copy", () => {
    const stream = framed([new Uint8Array(5000).fill(1)]);
    const reader = new FrameReader({ frameBytesMax: 5000 });
    reader.push(stream);
    expect(reader.next()?.buffer).toBe(stream.buffer);
  });

  test("counts what it holds", () => {
    const reader = new FrameReader({ frameBytesMax: 100 });
    reader.push(Uint8Array.of(0, 0));
    expect(reader.pendingBytes).toBe(2);
    reader.push(Uint8Array.of(0, 3, 7));
    expect(reader.pendingBytes).toBe(5);
    expect(reader.next()).toBeUndefined();
    reader.push(Uint8Array.of(8, 9, 0));
    expect(reader.next()).toEqual(Uint8Array.of(7, 8, 9));
    expect(reader.pendingBytes).toBe(1);
  });

  test("a header over the limit is refused with the header, before the payload comes", () => {
    const reader = new FrameReader({ frameBytesMax: 100 });
    reader.push(Uint8Array.of(0, 0, 0));
    expect(codeOf(() => reader.push(Uint8Array.of(101)))).toBe("frame_too_large");
  });

  test("a frame of length 0 is refused", () => {
    const reader = new FrameReader({ frameBytesMax: 100 });
    expect(codeOf(() => reader.push(new Uint8Array(4)))).toBe("frame");
  });

  test("a bad header behind a good frame does not take that frame away", () => {
    const reader = new FrameReader({ frameBytesMax: 100 });
    reader.push(Uint8Array.of(0, 0, 0, 1, 7, 0xff, 0xff, 0xff, 0xff));
    expect(reader.next()).toEqual(Uint8Array.of(7));
    expect(codeOf(() => reader.next())).toBe("frame_too_large");
  });

  test("a peer that trickles does not make each byte cost an object", () => {
    const bytes = 1_000_000;
    const reader = new FrameReader({ frameBytesMax: bytes });
    reader.push(frameHeader(bytes));
    const before = process.memoryUsage();
    for (let index = 0; index < bytes; index += 1) reader.push(Uint8Array.of(index));
    const after = process.memoryUsage();
    const payload = reader.next();
    expect(payload?.length).toBe(bytes);
    expect(payload?.[999_999]).toBe(999_999 & 0xff);
    // What is waiting for the collector counts too: an object kept for each byte would take twice as much.
    expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(60 * bytes);
  });
});
