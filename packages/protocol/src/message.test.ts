import { type DomainUuid, type ServerUuid, uuidFromBytes } from "@concordat/crdt";
import { describe, expect, test } from "vitest";
import { decodeMessage } from "./decode-message.js";
import { encodeMessage } from "./encode-message.js";
import { DEFAULT_LIMITS } from "./limits.js";
import type { Begin, ErrorMessage, Hello, Message } from "./message.js";
import { ProtocolError } from "./protocol-error.js";

const uuid = (byte: number) => uuidFromBytes<ServerUuid>(new Uint8Array(16).fill(byte));
const domainUuid = uuidFromBytes<DomainUuid>(new Uint8Array(16).fill(9));
const cursor = { server: uuid(1), sequence: 7, commit: new Uint8Array(8).fill(3) };

const hello: Hello = {
  type: "hello",
  minor: 0,
  software: "test",
  domainUuid,
  serverUuid: uuid(1),
  clockMicros: 5,
  features: [],
  limits: DEFAULT_LIMITS,
};
const begin: Begin = {
  type: "begin",
  kind: "refresh",
  domainUuid,
  servers: [],
  rows: [],
  head: 1,
  estimate: { entries: 1, bytes: 1 },
};

const payloadOf = (message: Message): Uint8Array => new Uint8Array(Buffer.concat(encodeMessage(message)));

const errorOf = (run: () => unknown): ProtocolError => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("limits of what is received", () => {
  test("servers", () => {
    const limits = { ...DEFAULT_LIMITS, serversMax: 2 };
    const servers = (count: number) =>
      payloadOf({ ...begin, servers: Array.from({ length: count }, (_, at) => uuid(at)) });
    expect(decodeMessage(servers(2), "reply", limits).type).toBe("begin");
    expect(errorOf(() => decodeMessage(servers(3), "reply", limits)).message).toBe(
      "begin: 3 servers, limit 2 at byte 28",
    );
  });

  test("rows, with each server once", () => {
    const row = (server: ServerUuid) => ({ server, seen: 1, purged: 0, lineage: { at: 1, hash: 1n } });
    const limits = { ...DEFAULT_LIMITS, serversMax: 1 };
    const incremental = { type: "incremental" as const, domainUuid, frozenDigest: undefined, cursor };
    const rows = [row(uuid(1)), row(uuid(1))];
    expect(errorOf(() => decodeMessage(payloadOf({ ...incremental, rows }), "request", limits)).message).toContain(
      "2 rows",
    );
    expect(
      errorOf(() => decodeMessage(payloadOf({ ...incremental, rows }), "request", DEFAULT_LIMITS)).message,
    ).toContain("twice");
  });

  test("entries", () => {
    const record = Uint8Array.from([0x94, 0xc4, 16, ...new Uint8Array(16), 0x92, 0, 1, 0xc0, 0x80]);
    const payload = payloadOf({ type: "chunk", cursor, records: [record] });
    const limits = { ...DEFAULT_LIMITS, entryBytesMax: record.length };
    expect(decodeMessage(payload, "reply", limits)).toEqual({ type: "chunk", cursor, records: [record] });
    const error = errorOf(() => decodeMessage(payload, "reply", { ...limits, entryBytesMax: record.length - 1 }));
    expect(error.message).toContain("an entry record of 24 bytes, limit 23");
  });

  test("a million records of one byte get no view each", () => {
    const opening = payloadOf({ type: "chunk", cursor, records: [] }).subarray(0, -1);
    const bomb = Uint8Array.from([...opening, 0xdd, 0x00, 0x0f, 0x42, 0x40, ...new Uint8Array(1_000_000).fill(0x94)]);
    const before = process.memoryUsage().heapUsed;
    expect(errorOf(() => decodeMessage(bomb, "reply", DEFAULT_LIMITS)).code).toBe("shape");
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
  });
});

describe("what the caller may not say", () => {
  test.each<[string, Message]>([
    ["a negative clock", { ...hello, clockMicros: -1 }],
    ["a fraction of a microsecond", { ...hello, clockMicros: 1.5 }],
    ["a software name of 256 bytes", { ...hello, software: "é".repeat(128) }],
    ["65 features", { ...hello, features: new Array<string>(65).fill("f") }],
    ["a commit of 7 bytes", { type: "refresh", cursor: { ...cursor, commit: new Uint8Array(7) } }],
    ["a digest of 31 bytes", { type: "end", cursor, count: 0, digest: new Uint8Array(31) }],
    ["a text without UTF-8", { ...hello, features: ["\uD800"] }],
  ])("%s", (_, message) => {
    expect(errorOf(() => encodeMessage(message))).toMatchObject({ code: "shape", blame: "caller" });
  });

  test("an error's text is cut to what a partner accepts, between characters", () => {
    const error: ErrorMessage = {
      type: "error",
      code: "shape",
      message: `${"x".repeat(999)}é\uD800`,
      retryable: false,
    };
    expect(decodeMessage(payloadOf(error), "reply", DEFAULT_LIMITS)).toEqual({ ...error, message: "x".repeat(999) });
  });
});

test("what is kept of a message does not keep its frame", () => {
  const payload = payloadOf({ type: "end", cursor, count: 1, digest: new Uint8Array(32) });
  const end = decodeMessage(payload, "reply", DEFAULT_LIMITS);
  if (end.type !== "end") throw new Error("not an end");
  expect(end.digest.buffer.byteLength).toBe(32);
  expect(end.cursor.commit.buffer.byteLength).toBe(8);
});
