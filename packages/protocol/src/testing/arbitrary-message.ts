import { type DomainUuid, type ServerLag, type ServerUuid, type Uuid, uuidFromBytes } from "@concordat/crdt";
import fc from "fast-check";
import { encodeEntry } from "../encode-entry.js";
import { type Cursor, type Message, UNWILLING_REASONS, type WireRuvRow } from "../message.js";
import { arbitraryEntry, indexOfServer } from "./arbitrary-entry.js";

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const uuid = <U extends Uuid | ServerUuid | DomainUuid>(): fc.Arbitrary<U> =>
  bytesOf(16).map((bytes) => uuidFromBytes<U>(bytes));

const count = fc.oneof(fc.maxSafeNat(), fc.nat({ max: 300 }));

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const text = fc.string({ unit: "binary", maxLength: 40 });

const cursor: fc.Arbitrary<Cursor> = fc
  .record({
    server: uuid<ServerUuid>(),
    sequence: count,
    commit: bytesOf(8),
    scan: optional(fc.record({ sequence: count, uuid: uuid<Uuid>() })),
  })
  .map((one) => (one.scan ? { ...one, sequence: 0 } : one));

const rows: fc.Arbitrary<WireRuvRow[]> = fc.uniqueArray(
  fc.record({
    server: uuid<ServerUuid>(),
    seen: count,
    purged: count,
    lineage: fc.record({ at: count, hash: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  }),
  { maxLength: 4, selector: (row) => row.server },
);

const lags: fc.Arbitrary<ServerLag[]> = fc.array(
  fc.record({ server: uuid<ServerUuid>(), seen: count, purged: count }),
  {
    maxLength: 4,
  },
);

const digestEntry = fc.record({
  uuid: uuid<Uuid>(),
  kind: fc.constantFrom("live" as const, "tombstone" as const),
  digest: bytesOf(16),
  newest: fc.array(fc.record({ server: uuid<ServerUuid>(), ts: count }), { maxLength: 3 }),
  attributes: optional(fc.array(fc.record({ name: text, digest: bytesOf(8) }), { maxLength: 3 })),
});

const record = arbitraryEntry.map((entry) => encodeEntry(entry, indexOfServer));

const type = <T extends Message["type"]>(name: T) => fc.constant(name);

export const arbitraryRequest: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ type: type("ping") }),
  fc.record({ type: type("subscribe") }),
  fc.record({ type: type("refresh"), cursor: optional(cursor) }),
  fc.record({
    type: type("incremental"),
    domainUuid: uuid<DomainUuid>(),
    frozenDigest: optional(bytesOf(32)),
    rows,
    cursor: optional(cursor),
  }),
  fc.record({
    type: type("digest"),
    after: optional(uuid<Uuid>()),
    through: optional(uuid<Uuid>()),
    entriesPerRange: count,
  }),
);

export const arbitraryReply: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ type: type("pong") }),
  fc.record({ type: type("no-changes") }),
  fc.record({ type: type("changed") }),
  fc.record({ type: type("domain-mismatch"), domainUuid: uuid<DomainUuid>() }),
  fc.record({ type: type("refresh-required"), lags }),
  fc.record({ type: type("unwilling"), lags, reason: fc.constantFrom(...UNWILLING_REASONS) }),
  fc.record({
    type: type("begin"),
    kind: fc.constantFrom("incremental" as const, "refresh" as const),
    domainUuid: uuid<DomainUuid>(),
    servers: fc.uniqueArray(uuid<ServerUuid>(), { maxLength: 4 }),
    rows,
    head: count,
    estimate: fc.record({ entries: count, bytes: count }),
  }),
  fc.record({ type: type("chunk"), cursor, records: fc.array(record, { maxLength: 4 }) }),
  fc.record({ type: type("end"), cursor, count, digest: bytesOf(32) }),
  fc.record({
    type: type("digests"),
    ranges: fc.array(fc.record({ through: uuid<Uuid>(), count, digest: bytesOf(16) }), { maxLength: 4 }),
    entries: fc.array(digestEntry, { maxLength: 3 }),
    rows,
    more: fc.boolean(),
  }),
);

export const arbitraryEitherWay: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    type: type("hello"),
    minor: count,
    software: text,
    domainUuid: uuid<DomainUuid>(),
    serverUuid: uuid<ServerUuid>(),
    clockMicros: count,
    features: fc.array(text, { maxLength: 3 }),
    limits: fc.record({ requestFrameBytesMax: count, replyFrameBytesMax: count, entryBytesMax: count }),
    certificates: optional(
      fc.record({
        successor: optional(fc.record({ certificate: fc.uint8Array({ maxLength: 40 }), signature: bytesOf(64) })),
        accepted: fc.array(bytesOf(32), { maxLength: 3 }),
      }),
    ),
  }),
  fc.record({ type: type("error"), code: fc.stringMatching(/^[a-z_]{0,20}$/), message: text, retryable: fc.boolean() }),
);
