import { isDeepStrictEqual } from "node:util";
import { sameBytes } from "@concordat/crdt";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeEntry } from "./decode-entry.js";
import { decodeMessage } from "./decode-message.js";
import { encodeMessage } from "./encode-message.js";
import { DEFAULT_LIMITS } from "./limits.js";
import type { Message } from "./message.js";
import type { Direction } from "./message-type.js";
import { ProtocolError } from "./protocol-error.js";
import { SERVERS } from "./testing/arbitrary-entry.js";
import { arbitraryEitherWay, arbitraryReply, arbitraryRequest } from "./testing/arbitrary-message.js";
import { mutated, seededRandom } from "./testing/mutate.js";

const payloadOf = (message: Message): Uint8Array => new Uint8Array(Buffer.concat(encodeMessage(message)));

const arbitrarySaid: fc.Arbitrary<{ message: Message; direction: Direction }> = fc.oneof(
  arbitraryRequest.map((message) => ({ message, direction: "request" as const })),
  arbitraryReply.map((message) => ({ message, direction: "reply" as const })),
  fc.record({ message: arbitraryEitherWay, direction: fc.constantFrom("request" as const, "reply" as const) }),
);

describe("a message", () => {
  test("comes back as it was", () => {
    fc.assert(
      fc.property(arbitrarySaid, ({ message, direction }) => {
        const back = decodeMessage(payloadOf(message), direction, DEFAULT_LIMITS);
        return isDeepStrictEqual(unwrapped(back), unwrapped(message));
      }),
      { numRuns: 500 },
    );
  });

  test("of the other direction is unexpected", () => {
    const either = fc.oneof(
      arbitraryRequest.map((message) => ({ message, direction: "reply" as const })),
      arbitraryReply.map((message) => ({ message, direction: "request" as const })),
    );
    fc.assert(
      fc.property(either, ({ message, direction }) => {
        expect(() => decodeMessage(payloadOf(message), direction, DEFAULT_LIMITS)).toThrow(
          expect.objectContaining({ code: "unexpected_message" }),
        );
      }),
    );
  });

  test("damaged in 100,000 ways gives a message or a ProtocolError, and its entries likewise", () => {
    let accepted = 0;
    fc.assert(
      fc.property(arbitrarySaid, fc.integer(), ({ message, direction }, seed) => {
        const random = seededRandom(seed);
        const payload = payloadOf(message);
        for (let round = 0; round < 500; round += 1) accepted += receive(mutated(payload, random), direction);
      }),
      { numRuns: 200 },
    );
    expect(accepted).toBeGreaterThan(1_000);
  });

  test("is not made of random bytes without one either", () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const opened = fc
      .tuple(fc.nat(31), bytes)
      .map(([type, rest]) => Uint8Array.of(0x90 | (rest.length % 9), type, ...rest));
    fc.assert(
      fc.property(
        fc.oneof(bytes, opened),
        fc.constantFrom("request" as const, "reply" as const),
        (payload, direction) => {
          receive(payload, direction);
        },
      ),
      { numRuns: 10_000 },
    );
  });
});

/** @returns 1 when `payload` was a message; what it says is then encoded to a message that says the same. */
const receive = (payload: Uint8Array, direction: Direction): number => {
  const message = peerErrorOr(() => decodeMessage(payload, direction, DEFAULT_LIMITS));
  if (message instanceof ProtocolError) return 0;
  if (message.type === "chunk") {
    for (const record of message.records) peerErrorOr(() => decodeEntry(record, SERVERS, DEFAULT_LIMITS));
    return 1;
  }
  const again = decodeMessage(payloadOf(message), direction, DEFAULT_LIMITS);
  if (!isDeepStrictEqual(again, message)) throw new Error("says something else when it is said again");
  return 1;
};

const peerErrorOr = <T>(run: () => T): T | ProtocolError => {
  try {
    return run();
  } catch (error) {
    if (error instanceof ProtocolError && error.blame === "peer") return error;
    throw error;
  }
};

/** With prototypes of its own, and buffers that hold nothing else. */
const unwrapped = (message: Message): unknown =>
  structuredClone(
    message.type === "chunk" ? { ...message, records: message.records.map((record) => record.slice()) } : message,
  );

test("large records are passed through, small ones are copied together", () => {
  const record = (length: number) => new Uint8Array(length);
  const large = record(100_000);
  const cursor = { server: SERVERS[0] as (typeof SERVERS)[number], sequence: 1, commit: new Uint8Array(8) };
  const parts = encodeMessage({ type: "chunk", cursor, records: [record(30), record(30), large, record(30)] });
  expect(parts).toHaveLength(3);
  expect(parts[1]).toBe(large);
  const whole = encodeMessage({ type: "chunk", cursor, records: [] });
  expect(sameBytes(parts[0]?.subarray(0, 32) ?? new Uint8Array(), whole[0]?.subarray(0, 32) ?? new Uint8Array(1))).toBe(
    true,
  );
});
