import {
  type CausalChange,
  type CausalContext,
  compareChangeIds,
  type EntryState,
  isKnownTo,
  isNamedKind,
  KIND_NAME_BYTES_MAX,
  MERGE_KINDS,
  NO_CONTEXT,
  type ServerUuid,
  uuidFromBytes,
} from "@concordat/crdt";
import { type EntryLimits, isMapOpening } from "./entry-record.js";
import { rankOfKind } from "./kind-bytes.js";
import { malformed, shapeError } from "./malformed.js";
import { ProtocolError } from "./protocol-error.js";
import { scanValue } from "./scan-value.js";
import { compareSpans, decodeText } from "./utf8.js";
import { WireReader } from "./wire-reader.js";

/** What a record says that need not be decoded for. */
export interface ValidatedEntry {
  readonly kind: EntryState["kind"];
  /** The time of the newest change id anywhere in it, in microseconds. */
  readonly newestMicros: number;
  /** The same of the change ids of `EntryLimits.ownIndex`; 0 where there is none. */
  readonly newestOwnMicros: number;
  /** Whether a change id is beyond `EntryLimits.claimedMicros`. */
  readonly isEarly: boolean;
  /** Live, no conflict entry, without removed places and without siblings: nothing in it to purge, or to list. */
  readonly isPlain: boolean;
}

/**
 * Accepts exactly the records that `decodeEntry` does, and builds nothing: for records that are only passed on.
 *
 * @param servers the server table that comes with the record; no server in it twice.
 * @throws ProtocolError `shape`, or `clock_skew` for a change after `limits.changeMicrosMax`; blame `peer`.
 */
export const validateEntry = (
  record: Uint8Array,
  servers: readonly ServerUuid[],
  limits: EntryLimits,
): ValidatedEntry => {
  const validator = new EntryValidator(record, servers, limits);
  try {
    return validator.run();
  } catch (error) {
    throw shapeError(error, () => validator.where, "peer");
  }
};

class EntryValidator {
  readonly #reader: WireReader;
  readonly #servers: readonly ServerUuid[];
  readonly #limits: EntryLimits;
  readonly #changeMicrosMax: number;
  readonly #ownIndex: number;
  readonly #claimedMicros: readonly number[] | undefined;
  #uuidStart = 0;
  #nameStart = 0;
  #nameEnd = 0;
  /** The opening of the register that was read last, up to its value; no end where there was none. */
  #opening = 0;
  #openingEnd = 0;
  #newestMicros = 0;
  #newestOwnMicros = 0;
  /** Whether the server that was read last is the one that is looked out for. */
  #isOwn = false;
  /** Up to when its changes are claimed. */
  #claimedMax = Number.POSITIVE_INFINITY;
  #isEarly = false;
  #isPlain = true;
  /** Of the change id that was read last. */
  #changeServer: ServerUuid | undefined;
  #changeMicros = 0;

  constructor(record: Uint8Array, servers: readonly ServerUuid[], limits: EntryLimits) {
    this.#reader = new WireReader(record);
    this.#servers = servers;
    this.#limits = limits;
    this.#changeMicrosMax = limits.changeMicrosMax ?? Number.POSITIVE_INFINITY;
    this.#ownIndex = limits.ownIndex ?? -1;
    this.#claimedMicros = limits.claimedMicros;
  }

  /** What is being read, for errors. */
  get where(): string {
    const { bytes } = this.#reader;
    const entry = this.#uuidStart === 0 ? "entry" : `entry ${uuidFromBytes(bytes, this.#uuidStart)}`;
    if (this.#nameEnd === 0) return entry;
    return `${entry}, attribute ${JSON.stringify(decodeText(bytes, this.#nameStart, this.#nameEnd))}`;
  }

  run(): ValidatedEntry {
    const reader = this.#reader;
    const { entryBytesMax } = this.#limits;
    if (reader.end > entryBytesMax) malformed(`${reader.end} bytes, limit ${entryBytesMax}`);
    const parts = reader.array();
    if (parts !== 4 && parts !== 5) malformed("not an array of 4 or 5", 0);
    this.#uuidStart = reader.uuid();
    this.#changeId();
    this.#conflictOf();
    const kind = parts === 4 && isMapOpening(reader.peek()) ? "live" : "tombstone";
    if (kind === "tombstone") this.#deletion();
    if (kind === "live" || parts === 5) this.#attributes(kind === "live" ? 0 : 1);
    if (reader.at !== reader.end) malformed("bytes left over", reader.at);
    return {
      kind,
      newestMicros: this.#newestMicros,
      newestOwnMicros: this.#newestOwnMicros,
      isEarly: this.#isEarly,
      isPlain: this.#isPlain,
    };
  }

  #conflictOf(): void {
    if (this.#reader.nil()) return;
    this.#reader.uuid();
    this.#isPlain = false;
  }

  /** A change id, as long as there is no more to say. */
  #deletion(): void {
    this.#isPlain = false;
    const start = this.#reader.at;
    if (this.#reader.peek() === CHANGE_ID_OPENING) this.#changeId();
    else if (this.#register() !== "removed")
      malformed("a deletion with a value, or a change id in too many words", start);
  }

  #attributes(countMin: number): void {
    const reader = this.#reader;
    const count = reader.map();
    if (count < countMin) malformed("an empty map of attributes", reader.at);
    for (let index = 0; index < count; index += 1) {
      const start = reader.text();
      this.#name(start, reader.at);
      this.#states();
    }
    this.#nameEnd = 0;
  }

  #name(start: number, end: number): void {
    const { attributeNameBytesMax } = this.#limits;
    if (start === end) malformed("an attribute without a name", start);
    if (end - start > attributeNameBytesMax) {
      malformed(`an attribute name of ${end - start} bytes, limit ${attributeNameBytesMax}`, start);
    }
    const { bytes } = this.#reader;
    if (this.#nameEnd !== 0 && compareSpans(bytes, this.#nameStart, this.#nameEnd, start, end) >= 0) {
      malformed("followed by an attribute out of order, or the same again", start);
    }
    this.#nameStart = start;
    this.#nameEnd = end;
  }

  #states(): void {
    const reader = this.#reader;
    if (this.#opensAsBefore()) {
      scanValue(reader, this.#limits.depthMax);
      return;
    }
    const opening = reader.at;
    const count = reader.map();
    if (count === 0) malformed("without a state", reader.at);
    let before = reader.text();
    let beforeEnd = reader.at;
    let rank = this.#state(before, beforeEnd);
    for (let index = 1; index < count; index += 1) {
      const start = reader.text();
      const end = reader.at;
      if (compareSpans(reader.bytes, before, beforeEnd, start, end) >= 0)
        malformed("merge kinds out of order, or one twice", start);
      rank = this.#state(start, end);
      before = start;
      beforeEnd = end;
    }
    if (count > 1 || rank !== REGISTER_RANK) this.#openingEnd = 0;
    else this.#opening = opening;
  }

  /**
   * Takes the opening of a single register, up to its value, where it has the very bytes of the one before: most attributes
   * of an entry come of one transaction.
   */
  #opensAsBefore(): boolean {
    const { bytes, at, end } = this.#reader;
    const length = this.#openingEnd - this.#opening;
    if (this.#openingEnd === 0 || length > end - at) return false;
    for (let index = 0; index < length; index += 1)
      if (bytes[this.#opening + index] !== bytes[at + index]) return false;
    this.#reader.at = at + length;
    return true;
  }

  /** @returns the rank of its kind; -1 of one that a user has made. */
  #state(start: number, end: number): number {
    const rank = rankOfKind(this.#reader.bytes, start, end);
    switch (MERGE_KINDS[rank]) {
      case "register":
        this.#register();
        break;
      case "set":
        this.#set();
        break;
      case "map":
        this.#map();
        break;
      case "counter":
        this.#counter();
        break;
      default:
        this.#namedState(start, end);
    }
    return rank;
  }

  /** A register, whatever its values mean. */
  #namedState(start: number, end: number): void {
    const isNamed = end - start <= KIND_NAME_BYTES_MAX && isNamedKind(decodeText(this.#reader.bytes, start, end));
    if (!isNamed) malformed("an unknown merge kind, which is not of the form of those that users make", start);
    this.#register();
  }

  /** @returns whether any version in it has a value; `bare` when it says no more than a change id. */
  #register(): "bare" | "removed" | "value" {
    const reader = this.#reader;
    const start = reader.at;
    const parts = reader.array();
    if (parts < 1 || parts > 4)
      malformed("a register that is neither [cid] nor [cid, value] nor a longer form of them", start);
    this.#openingEnd = 0;
    if (parts === 2) return this.#plainValue();
    if (parts < 4) return this.#version(parts).form;
    const versions = [this.#version(parts)];
    const count = this.#someOf(reader.array());
    for (let index = 0; index < count; index += 1) {
      const at = reader.at;
      const siblingParts = reader.array();
      if (siblingParts < 1 || siblingParts > 3) malformed("a sibling that is no version", at);
      const sibling = this.#version(siblingParts);
      this.#expectApart(versions, sibling, at);
      versions.push(sibling);
    }
    this.#isPlain = false;
    return versions.some(({ form }) => form === "value") ? "value" : "removed";
  }

  /** What is left of a change id with a value and no more, the most frequent register by far. */
  #plainValue(): "value" {
    this.#changeId();
    this.#openingEnd = this.#reader.at;
    scanValue(this.#reader, this.#limits.depthMax);
    return "value";
  }

  /** What is left of a version after its array has been opened. */
  #version(parts: number): ReadVersion {
    const reader = this.#reader;
    this.#changeId();
    const server = this.#changeServer as ServerUuid;
    const ts = this.#changeMicros;
    const hasValue = parts === 2 || (parts > 2 && !reader.nil());
    if (hasValue) scanValue(reader, this.#limits.depthMax);
    else this.#isPlain = false;
    const context = parts > 2 ? this.#context(server, ts, parts === 3 ? 1 : 0) : NO_CONTEXT;
    return { changeId: { ts, server }, context, form: hasValue ? "value" : parts > 2 ? "removed" : "bare" };
  }

  /** Ascending by server, without that of the change, and earlier than it: whoever knows a time writes a later one. */
  #context(server: ServerUuid, ts: number, countMin: number): CausalContext {
    const reader = this.#reader;
    const count = reader.array();
    if (count < countMin) malformed("an empty context", reader.at);
    const context = new Map<ServerUuid, number>();
    let before: ServerUuid | undefined;
    for (let index = 0; index < count; index += 1) {
      const start = reader.at;
      this.#changeId();
      const known = this.#changeServer as ServerUuid;
      if (before !== undefined && before >= known) malformed("servers out of order, or one twice", start);
      if (known === server || this.#changeMicros >= ts)
        malformed("a context that does not lie before its change", start);
      before = known;
      context.set(known, this.#changeMicros);
    }
    return context;
  }

  /** The newest first, and none that knows another: it would have taken its place. */
  #expectApart(versions: readonly ReadVersion[], sibling: ReadVersion, start: number): void {
    const last = versions.at(-1) as ReadVersion;
    if (compareChangeIds(last.changeId, sibling.changeId) <= 0) malformed("siblings out of order, or one twice", start);
    if (versions.some((version) => isKnownTo(version, sibling.changeId)))
      malformed("a sibling that is known to another", start);
  }

  #set(): void {
    const reader = this.#reader;
    const count = this.#someOf(reader.array());
    let before = 0;
    let beforeEnd = 0;
    for (let index = 0; index < count; index += 1) {
      this.#arrayOf(3);
      this.#changeId();
      if (!reader.boolean()) this.#isPlain = false;
      const start = reader.at;
      scanValue(reader, this.#limits.depthMax);
      const ascends = index === 0 || compareSpans(reader.bytes, before, beforeEnd, start, reader.at) < 0;
      if (!ascends) malformed("elements out of order, or one twice", start);
      before = start;
      beforeEnd = reader.at;
    }
  }

  #map(): void {
    const reader = this.#reader;
    const count = this.#someOf(reader.map());
    let before = 0;
    let beforeEnd = 0;
    for (let index = 0; index < count; index += 1) {
      const start = reader.text();
      const ascends = index === 0 || compareSpans(reader.bytes, before, beforeEnd, start, reader.at) < 0;
      if (!ascends) malformed("map keys out of order, or twice the same", start);
      before = start;
      beforeEnd = reader.at;
      this.#register();
    }
  }

  #counter(): void {
    const reader = this.#reader;
    const count = this.#someOf(reader.array());
    let before: ServerUuid | undefined;
    for (let index = 0; index < count; index += 1) {
      this.#arrayOf(4);
      const start = reader.at;
      const server = this.#server();
      if (before !== undefined && before >= server) malformed("servers out of order, or one twice", start);
      before = server;
      this.#timestamp();
      reader.integer();
      reader.integer();
    }
  }

  #changeId(): void {
    this.#arrayOf(2);
    this.#changeServer = this.#server();
    this.#timestamp();
  }

  #server(): ServerUuid {
    const start = this.#reader.at;
    const index = this.#reader.integer();
    const server = this.#servers[index];
    this.#isOwn = index === this.#ownIndex;
    if (this.#claimedMicros) this.#claimedMax = this.#claimedMicros[index] ?? 0;
    return server ?? malformed(`server ${index} of a table of ${this.#servers.length}`, start);
  }

  #timestamp(): void {
    const micros = this.#reader.integer();
    this.#changeMicros = micros;
    if (micros > this.#newestMicros) this.#newestMicros = micros;
    if (this.#isOwn && micros > this.#newestOwnMicros) this.#newestOwnMicros = micros;
    if (micros > this.#claimedMax) this.#isEarly = true;
    if (micros > this.#changeMicrosMax) this.#refuseSkew(micros);
  }

  #refuseSkew(micros: number): never {
    throw new ProtocolError(
      "clock_skew",
      `${this.where}: a change stamped ${micros} µs, when the latest that is accepted is ${this.#changeMicrosMax} µs: ` +
        "compare the clocks of this node and of the one that wrote it; the change is asked for again",
      { blame: "peer", retryable: true },
    );
  }

  #arrayOf(length: number): void {
    const start = this.#reader.at;
    if (this.#reader.array() !== length) malformed(`not an array of ${length}`, start);
  }

  #someOf(count: number): number {
    if (count === 0) malformed("an empty state", this.#reader.at);
    return count;
  }
}

const REGISTER_RANK = MERGE_KINDS.indexOf("register");

/** An array of 2. */
const CHANGE_ID_OPENING = 0x92;

/** A version that was read, but for its value. */
interface ReadVersion extends CausalChange {
  readonly form: "bare" | "removed" | "value";
}
