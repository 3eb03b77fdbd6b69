import { type DomainUuid, type ServerLag, type ServerUuid, type Uuid, uuidFromBytes } from "@concordat/crdt";
import { isRecordOpening, RECORD_BYTES_MIN } from "./entry-record.js";
import { itemEnd } from "./item-end.js";
import type { ProtocolLimits } from "./limits.js";
import { malformed, shapeError } from "./malformed.js";
import {
  type AnnouncedLimits,
  type AnnouncedSuccessor,
  type Cursor,
  type CursorScan,
  type DigestEntry,
  type Digests,
  type HelloCertificates,
  type Message,
  UNWILLING_REASONS,
  type UnwillingReason,
  type WireRuvRow,
} from "./message.js";
import {
  ACCEPTED_CERTIFICATES_MAX,
  ATTRIBUTE_DIGEST_BYTES,
  COMMIT_BYTES,
  DIGEST_ATTRIBUTES_MAX,
  DIGEST_BYTES,
  DIGEST_ENTRIES_MAX,
  DIGEST_RANGES_MAX,
  ERROR_CODE_BYTES_MAX,
  ERROR_MESSAGE_BYTES_MAX,
  FEATURE_BYTES_MAX,
  FEATURES_MAX,
  RANGE_DIGEST_BYTES,
  SIGNATURE_BYTES,
  SOFTWARE_BYTES_MAX,
  SUCCESSOR_BYTES_MAX,
} from "./message-bounds.js";
import { belongsTo, type Direction, messageTypeOf } from "./message-type.js";
import { ProtocolError } from "./protocol-error.js";
import { skipItem } from "./skip-item.js";
import { decodeText } from "./utf8.js";
import { WireReader } from "./wire-reader.js";

/** What a message is held to. */
export type MessageLimits = Pick<ProtocolLimits, "attributeNameBytesMax" | "depthMax" | "entryBytesMax" | "serversMax">;

/**
 * The message in `payload`. The records of a chunk are views of it, and found but not checked: `decodeEntry` and
 * `validateEntry` do that.
 *
 * @param direction whose messages are read: a consumer's requests or a supplier's replies; `hello` and `error` are both.
 * @throws ProtocolError blame `peer`: `shape`; `frame` for bytes left over; `unexpected_message` for one of the other
 * direction, or of a type that this version does not know.
 */
export const decodeMessage = (payload: Uint8Array, direction: Direction, limits: MessageLimits): Message => {
  const reader = new MessageReader(payload, limits);
  try {
    return reader.message(direction);
  } catch (error) {
    throw shapeError(error, () => reader.where, "peer");
  }
};

class MessageReader {
  readonly #reader: WireReader;
  readonly #limits: MessageLimits;
  /** What is being read, for errors. */
  where = "message";

  constructor(payload: Uint8Array, limits: MessageLimits) {
    this.#reader = new WireReader(payload);
    this.#limits = limits;
  }

  message(direction: Direction): Message {
    const reader = this.#reader;
    const count = reader.array();
    if (count === 0) malformed("an array without a type", reader.at);
    const number = reader.integer();
    const type = messageTypeOf(number);
    if (type === undefined) throw unexpected(`a message of the unknown type ${number}`);
    this.where = type;
    if (!belongsTo(type, direction)) throw unexpected(`${type}, which is not a ${direction}`);
    const least = FIELD_COUNTS[type];
    const fields = type === "hello" ? Math.max(least, Math.min(count - 1, HELLO_FIELDS_MAX)) : least;
    const message = this.#rest(count - 1, fields, () => this.#fields(type, fields));
    if (reader.at !== reader.end) throw leftOver(type, reader.end - reader.at);
    return message;
  }

  #fields(type: Message["type"], count: number): Message {
    switch (type) {
      case "hello":
        return this.#hello(count);
      case "ping":
      case "subscribe":
      case "pong":
      case "no-changes":
      case "changed":
        return { type };
      case "incremental":
        return {
          type,
          domainUuid: this.#uuid<DomainUuid>(),
          frozenDigest: this.#optional(() => this.#binary(DIGEST_BYTES)),
          rows: this.#rows(),
          cursor: this.#optional(() => this.#cursor()),
        };
      case "refresh":
        return { type, cursor: this.#optional(() => this.#cursor()) };
      case "domain-mismatch":
        return { type, domainUuid: this.#uuid<DomainUuid>() };
      case "refresh-required":
        return { type, lags: this.#lags() };
      case "unwilling":
        return { type, lags: this.#lags(), reason: this.#unwillingReason() };
      case "begin":
        return this.#begin();
      case "chunk":
        return { type, cursor: this.#cursor(), records: this.#records() };
      case "end":
        return { type, cursor: this.#cursor(), count: this.#reader.integer(), digest: this.#binary(DIGEST_BYTES) };
      case "digest":
        return {
          type,
          after: this.#optional(() => this.#uuid<Uuid>()),
          through: this.#optional(() => this.#uuid<Uuid>()),
          entriesPerRange: this.#reader.integer(),
        };
      case "digests":
        return this.#digests();
      case "error":
        return {
          type,
          code: this.#text(ERROR_CODE_BYTES_MAX),
          message: this.#text(ERROR_MESSAGE_BYTES_MAX),
          retryable: this.#reader.boolean(),
        };
    }
  }

  #hello(fields: number): Message {
    const reader = this.#reader;
    return {
      type: "hello",
      minor: reader.integer(),
      software: this.#text(SOFTWARE_BYTES_MAX),
      domainUuid: this.#uuid<DomainUuid>(),
      serverUuid: this.#uuid<ServerUuid>(),
      clockMicros: reader.integer(),
      features: this.#list(FEATURES_MAX, "features", () => this.#text(FEATURE_BYTES_MAX)),
      limits: this.#array(3, () => this.#announcedLimits()),
      certificates:
        fields < HELLO_FIELDS_MAX ? undefined : this.#optional(() => this.#array(2, () => this.#certificates())),
    };
  }

  #certificates(): HelloCertificates {
    return {
      successor: this.#optional(() => this.#array(2, () => this.#successor())),
      accepted: this.#list(ACCEPTED_CERTIFICATES_MAX, "certificates", () => this.#binary(DIGEST_BYTES)),
    };
  }

  #successor(): AnnouncedSuccessor {
    return { certificate: this.#boundedBinary(SUCCESSOR_BYTES_MAX), signature: this.#binary(SIGNATURE_BYTES) };
  }

  #announcedLimits(): AnnouncedLimits {
    const reader = this.#reader;
    return {
      requestFrameBytesMax: reader.integer(),
      replyFrameBytesMax: reader.integer(),
      entryBytesMax: reader.integer(),
    };
  }

  #begin(): Message {
    const reader = this.#reader;
    const kind = this.#text(SOFTWARE_BYTES_MAX);
    if (kind !== "incremental" && kind !== "refresh") malformed("neither incremental nor refresh", reader.at);
    const domainUuid = this.#uuid<DomainUuid>();
    const servers = this.#list(this.#limits.serversMax, "servers", () => this.#uuid<ServerUuid>());
    requireDistinct(servers, "server table");
    const rows = this.#rows();
    const head = reader.integer();
    const estimate = this.#array(2, () => ({ entries: reader.integer(), bytes: reader.integer() }));
    return { type: "begin", kind, domainUuid, servers, rows, head, estimate };
  }

  #rows(): WireRuvRow[] {
    const rows = this.#list(this.#limits.serversMax, "rows", () => this.#array(4, () => this.#row()));
    requireDistinct(
      rows.map(({ server }) => server),
      "rows",
    );
    return rows;
  }

  #row(): WireRuvRow {
    const reader = this.#reader;
    const server = this.#uuid<ServerUuid>();
    const seen = reader.integer();
    const purged = reader.integer();
    const lineage = this.#array(2, () => ({ at: reader.integer(), hash: this.#unsigned64() }));
    return { server, seen, purged, lineage };
  }

  #lags(): ServerLag[] {
    const reader = this.#reader;
    // A pair of vectors may lag both ways: a lag of each kind per server.
    return this.#list(this.#limits.serversMax * 2, "lags", () =>
      this.#array(3, () => ({ server: this.#uuid<ServerUuid>(), seen: reader.integer(), purged: reader.integer() })),
    );
  }

  #unwillingReason(): UnwillingReason {
    const text = this.#text(SOFTWARE_BYTES_MAX);
    const reason = UNWILLING_REASONS.find((known) => known === text);
    return reason ?? malformed(`an unknown reason, not one of ${UNWILLING_REASONS.join(", ")}`, this.#reader.at);
  }

  #cursor(): Cursor {
    const count = this.#reader.array();
    const cursor = this.#rest(count, count > 3 ? 4 : 3, () => ({
      server: this.#uuid<ServerUuid>(),
      sequence: this.#reader.integer(),
      commit: this.#binary(COMMIT_BYTES),
      scan: count > 3 ? this.#optional(() => this.#scan()) : undefined,
    }));
    if (cursor.scan && cursor.sequence > 0) malformed("a scan beside a feed number", this.#reader.at);
    return cursor;
  }

  #scan(): CursorScan {
    return this.#array(2, () => ({ sequence: this.#reader.integer(), uuid: this.#uuid<Uuid>() }));
  }

  #digests(): Digests {
    const reader = this.#reader;
    const ranges = this.#list(DIGEST_RANGES_MAX, "ranges", () =>
      this.#array(3, () => ({
        through: this.#uuid<Uuid>(),
        count: reader.integer(),
        digest: this.#binary(RANGE_DIGEST_BYTES),
      })),
    );
    const entries = this.#list(DIGEST_ENTRIES_MAX, "entries", () => this.#array(5, () => this.#digestEntry()));
    return { type: "digests", ranges, entries, rows: this.#rows(), more: reader.boolean() };
  }

  #digestEntry(): DigestEntry {
    const reader = this.#reader;
    const { attributeNameBytesMax, serversMax } = this.#limits;
    return {
      uuid: this.#uuid<Uuid>(),
      kind: reader.boolean() ? "live" : "tombstone",
      digest: this.#binary(RANGE_DIGEST_BYTES),
      newest: this.#list(serversMax, "servers", () =>
        this.#array(2, () => ({ server: this.#uuid<ServerUuid>(), ts: reader.integer() })),
      ),
      attributes: this.#optional(() =>
        this.#list(DIGEST_ATTRIBUTES_MAX, "attributes", () =>
          this.#array(2, () => ({
            name: this.#text(attributeNameBytesMax),
            digest: this.#binary(ATTRIBUTE_DIGEST_BYTES),
          })),
        ),
      ),
    };
  }

  #records(): Uint8Array[] {
    const { bytes, end } = this.#reader;
    const { entryBytesMax } = this.#limits;
    const count = this.#reader.array();
    const records: Uint8Array[] = [];
    for (let index = 0; index < count; index += 1) {
      const start = this.#reader.at;
      if (!isRecordOpening(bytes[start])) malformed("not an entry record", start);
      this.#reader.at = itemEnd(bytes, start, end);
      const length = this.#reader.at - start;
      // Each view takes memory of its own: a record of a few bytes must not get one.
      if (length < RECORD_BYTES_MIN) malformed("too short for an entry record", start);
      if (length > entryBytesMax) malformed(`an entry record of ${length} bytes, limit ${entryBytesMax}`, start);
      records.push(bytes.subarray(start, this.#reader.at));
    }
    return records;
  }

  #list<T>(countMax: number, what: string, read: () => T): T[] {
    const start = this.#reader.at;
    const count = this.#reader.array();
    if (count > countMax) malformed(`${count} ${what}, limit ${countMax}`, start);
    const items: T[] = [];
    for (let index = 0; index < count; index += 1) items.push(read());
    return items;
  }

  /** An array of at least `fields` elements, of which `read` takes that many. */
  #array<T>(fields: number, read: () => T): T {
    return this.#rest(this.#reader.array(), fields, read);
  }

  /** Elements beyond `fields` are of a later version: they are passed over. */
  #rest<T>(count: number, fields: number, read: () => T): T {
    const reader = this.#reader;
    if (count < fields) malformed(`${count} fields, expected ${fields}`, reader.at);
    const value = read();
    for (let index = fields; index < count; index += 1) {
      reader.at = skipItem(reader.bytes, reader.at, reader.end, this.#limits.depthMax);
    }
    return value;
  }

  #optional<T>(read: () => T): T | undefined {
    return this.#reader.nil() ? undefined : read();
  }

  #uuid<U extends Uuid | ServerUuid | DomainUuid>(): U {
    return uuidFromBytes<U>(this.#reader.bytes, this.#reader.uuid());
  }

  /** A copy: what is kept of a message must not keep its frame. */
  #binary(length: number): Uint8Array {
    const start = this.#reader.binaryOf(length);
    return new Uint8Array(this.#reader.bytes.subarray(start, this.#reader.at));
  }

  #boundedBinary(bytesMax: number): Uint8Array {
    const start = this.#reader.binary();
    const length = this.#reader.at - start;
    if (length > bytesMax) malformed(`binary of ${length} bytes, limit ${bytesMax}`, start);
    return new Uint8Array(this.#reader.bytes.subarray(start, this.#reader.at));
  }

  #unsigned64(): bigint {
    const start = this.#reader.binaryOf(8);
    const { bytes } = this.#reader;
    return new DataView(bytes.buffer, bytes.byteOffset + start).getBigUint64(0);
  }

  #text(bytesMax: number): string {
    const start = this.#reader.text();
    const length = this.#reader.at - start;
    if (length > bytesMax) malformed(`a text of ${length} bytes, limit ${bytesMax}`, start);
    return decodeText(this.#reader.bytes, start, this.#reader.at);
  }
}

/** The last may be left out. */
const HELLO_FIELDS_MAX = 8;

const FIELD_COUNTS: Record<Message["type"], number> = {
  hello: 7,
  ping: 0,
  incremental: 4,
  refresh: 1,
  subscribe: 0,
  pong: 0,
  "domain-mismatch": 1,
  "no-changes": 0,
  "refresh-required": 1,
  unwilling: 2,
  begin: 6,
  chunk: 2,
  end: 3,
  changed: 0,
  digest: 3,
  digests: 4,
  error: 3,
};

const requireDistinct = (servers: readonly ServerUuid[], what: string): void => {
  if (new Set(servers).size !== servers.length) malformed(`a server twice in the ${what}`);
};

const unexpected = (what: string): ProtocolError =>
  new ProtocolError("unexpected_message", `the partner sent ${what}`, { blame: "peer" });

const leftOver = (type: string, bytes: number): ProtocolError =>
  new ProtocolError("frame", `${type}: ${bytes} bytes left over after the message`, { blame: "peer" });
