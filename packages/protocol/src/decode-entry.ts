import {
  type AttributeState,
  type CausalContext,
  type ChangeId,
  type CounterState,
  type CounterTotal,
  type ElementKey,
  type EntryState,
  elementKey,
  type LiveEntry,
  type MapState,
  type NamedKind,
  NO_CONTEXT,
  type RegisterState,
  type ServerUuid,
  type SetElement,
  type SetState,
  type Uuid,
  uuidFromBytes,
  type Version,
} from "@concordat/crdt";
import { type EntryLimits, isMapOpening } from "./entry-record.js";
import { itemEnd } from "./item-end.js";
import { decodeName } from "./name-cache.js";
import { PLAIN_OPENING_BYTES, plainOpening } from "./plain-opening.js";
import { validateEntry } from "./validate-entry.js";
import { WireReader } from "./wire-reader.js";

/**
 * The state in `record`: its change state decoded, its values as views of `record`, unread. The record must not change
 * as long as the state is used.
 *
 * Everything about the record is checked before anything is built.
 *
 * @param servers the server table that comes with the record; no server in it twice.
 * @throws ProtocolError `shape`, or `clock_skew` for a change after `limits.changeMicrosMax`; blame `peer`.
 */
export const decodeEntry = (record: Uint8Array, servers: readonly ServerUuid[], limits: EntryLimits): EntryState => {
  validateEntry(record, servers, limits);
  return readEntry(record, servers);
};

/**
 * As `decodeEntry`, of a record that has passed it, or `validateEntry`, before: nothing is checked again. What it makes of any
 * other is undefined, a thrown error at best.
 */
export const readEntry = (record: Uint8Array, servers: readonly ServerUuid[]): EntryState =>
  new StateReader(record, servers).entry();

/**
 * As `readEntry`, of a live entry that lost no uuid, the attributes that `isWanted` names, as long as all others are plain: a register
 * with one value that nobody contests. They are passed over; `undefined` where one is not, or the entry is another.
 */
export const readPlainPart = (
  record: Uint8Array,
  servers: readonly ServerUuid[],
  isWanted: (name: string) => boolean,
): LiveEntry | undefined => new StateReader(record, servers).plainPart(isWanted);

/** Reads a record that has been validated: what is left out here was checked there. */
class StateReader {
  readonly #reader: WireReader;
  readonly #servers: readonly ServerUuid[];
  #lastIndex = -1;
  /** Most states of an entry come of one transaction: they share its change id. */
  #lastChangeId: ChangeId | undefined;

  constructor(record: Uint8Array, servers: readonly ServerUuid[]) {
    this.#reader = new WireReader(record);
    this.#servers = servers;
  }

  entry(): EntryState {
    const reader = this.#reader;
    const parts = reader.array();
    const uuid = uuidFromBytes<Uuid>(reader.bytes, reader.uuid());
    const createdAt = this.#changeId();
    const conflictOf = reader.nil() ? undefined : uuidFromBytes<Uuid>(reader.bytes, reader.uuid());
    if (isMapOpening(reader.peek())) {
      return { kind: "live", uuid, createdAt, conflictOf, attributes: this.#attributes() };
    }
    const deletion = this.#deletion();
    const attributes = parts === BARE_PARTS ? new Map<string, AttributeState>() : this.#attributes();
    return { kind: "tombstone", uuid, createdAt, conflictOf, deletion, attributes };
  }

  plainPart(isWanted: (name: string) => boolean): LiveEntry | undefined {
    const reader = this.#reader;
    reader.array();
    const uuid = uuidFromBytes<Uuid>(reader.bytes, reader.uuid());
    const createdAt = this.#changeId();
    if (!reader.nil() || !isMapOpening(reader.peek())) return undefined;
    const attributes = new Map<string, AttributeState>();
    const count = reader.map();
    for (let index = 0; index < count; index += 1) {
      const name = this.#name();
      if (isWanted(name)) attributes.set(name, this.#attribute());
      else if (!this.#passPlain()) return undefined;
    }
    return { kind: "live", uuid, createdAt, conflictOf: undefined, attributes };
  }

  /** Passes over the state of one attribute, if it is a register with one value. */
  #passPlain(): boolean {
    const reader = this.#reader;
    const { bytes, at, end } = reader;
    const opening = plainOpening(bytes, at);
    if (opening === undefined || opening === "bare") return false;
    if (opening === "context") {
      reader.at = itemEnd(bytes, at + PLAIN_OPENING_BYTES, end);
      if (reader.nil()) return false;
    }
    reader.at = itemEnd(bytes, at, end);
    return true;
  }

  #deletion(): RegisterState {
    if (this.#reader.peek() !== CHANGE_ID_OPENING) return this.#register();
    return { changeId: this.#changeId(), value: undefined, context: NO_CONTEXT, siblings: NO_SIBLINGS };
  }

  #attributes(): Map<string, AttributeState> {
    const attributes = new Map<string, AttributeState>();
    const count = this.#reader.map();
    for (let index = 0; index < count; index += 1) attributes.set(this.#name(), this.#attribute());
    return attributes;
  }

  #attribute(): AttributeState {
    const { bytes, at } = this.#reader;
    if (plainOpening(bytes, at)) {
      this.#reader.at = at + PLAIN_OPENING_BYTES - 1;
      return { register: this.#register(), set: undefined, map: undefined, counter: undefined, named: undefined };
    }
    let register: RegisterState | undefined;
    let set: SetState | undefined;
    let map: MapState | undefined;
    let counter: CounterState | undefined;
    let named: Map<NamedKind, RegisterState> | undefined;
    const count = this.#reader.map();
    for (let index = 0; index < count; index += 1) {
      const kind = this.#name();
      if (kind === "register") register = this.#register();
      else if (kind === "set") set = this.#set();
      else if (kind === "map") map = this.#map();
      else if (kind === "counter") counter = this.#counter();
      else {
        named ??= new Map();
        named.set(kind as NamedKind, this.#register());
      }
    }
    return { register, set, map, counter, named };
  }

  #register(): RegisterState {
    const parts = this.#reader.array();
    const changeId = this.#changeId();
    const value = parts > 1 ? this.#valueOrNil() : undefined;
    const context = parts > 2 ? this.#context() : NO_CONTEXT;
    return { changeId, value, context, siblings: parts > 3 ? this.#siblings() : NO_SIBLINGS };
  }

  #siblings(): Version[] {
    const count = this.#reader.array();
    return Array.from({ length: count }, () => {
      const { changeId, value, context } = this.#register();
      return { changeId, value, context };
    });
  }

  #context(): CausalContext {
    const context = new Map<ServerUuid, number>();
    const count = this.#reader.array();
    for (let index = 0; index < count; index += 1) {
      this.#reader.array();
      const server = this.#servers[this.#reader.integer()] as ServerUuid;
      context.set(server, this.#reader.integer());
    }
    return context.size === 0 ? NO_CONTEXT : context;
  }

  #valueOrNil(): Uint8Array | undefined {
    return this.#reader.nil() ? undefined : this.#value();
  }

  #set(): SetState {
    const elements = new Map<ElementKey, SetElement>();
    const count = this.#reader.array();
    for (let index = 0; index < count; index += 1) {
      this.#reader.array();
      const element = { changeId: this.#changeId(), present: this.#reader.boolean() };
      elements.set(elementKey(this.#value()), element);
    }
    return { elements };
  }

  #map(): MapState {
    const keys = new Map<string, RegisterState>();
    const count = this.#reader.map();
    for (let index = 0; index < count; index += 1) keys.set(this.#name(), this.#register());
    return { keys };
  }

  #counter(): CounterState {
    const totals = new Map<ServerUuid, CounterTotal>();
    const reader = this.#reader;
    const count = reader.array();
    for (let index = 0; index < count; index += 1) {
      reader.array();
      const server = this.#servers[reader.integer()] as ServerUuid;
      totals.set(server, { ts: reader.integer(), increments: reader.integer(), decrements: reader.integer() });
    }
    return { totals };
  }

  #changeId(): ChangeId {
    const reader = this.#reader;
    reader.array();
    const index = reader.integer();
    const ts = reader.integer();
    const last = this.#lastChangeId;
    if (last !== undefined && this.#lastIndex === index && last.ts === ts) return last;
    const changeId = { ts, server: this.#servers[index] as ServerUuid };
    this.#lastIndex = index;
    this.#lastChangeId = changeId;
    return changeId;
  }

  #value(): Uint8Array {
    const reader = this.#reader;
    const start = reader.at;
    reader.at = itemEnd(reader.bytes, start, reader.end);
    return reader.bytes.subarray(start, reader.at);
  }

  #name(): string {
    const start = this.#reader.knownText();
    return decodeName(this.#reader.bytes, start, this.#reader.at);
  }
}

/** An array of 2. */
const CHANGE_ID_OPENING = 0x92;

/** Of a tombstone without attributes, and of a live entry. */
const BARE_PARTS = 4;

const NO_SIBLINGS: readonly Version[] = [];
