import {
  type AttributeState,
  type CausalContext,
  type ChangeId,
  type CounterState,
  type EntryState,
  kindsByName,
  type MapState,
  type MergeKind,
  type NamedKind,
  type RegisterState,
  type ServerUuid,
  type SetElement,
  type SetState,
  type ValueBytes,
  type Version,
} from "@concordat/crdt";
import { type ByteWriter, writtenBytes } from "./byte-writer.js";
import { itemEnd } from "./item-end.js";
import { malformed, shapeError } from "./malformed.js";
import { decodeName } from "./name-cache.js";
import { compareUtf8 } from "./utf8.js";
import { WireReader } from "./wire-reader.js";

/** A state with the record that it was decoded from, or the part of it that was. */
export interface EncodedEntry {
  readonly state: EntryState;
  readonly record: Uint8Array;
}

/**
 * The record of `state`; values are copied into it unread. States without any change in them, which say nothing, are
 * left out.
 *
 * @param indexOf the place of a server in the table that goes with the record.
 * @param base an earlier state of the same entry, of the same table: where the entry has all its attributes, and maybe more, the bytes
 * of those whose states are the very objects of that one are taken over, and of those that were not decoded.
 * @throws ProtocolError `shape`, blame `caller`: a time or total that is not an integer from 0 to 2^53 - 1, an index
 * that is none, a name without a character or without UTF-8. Lengths of names and record are the caller's to limit.
 */
export const encodeEntry = (
  state: EntryState,
  indexOf: (server: ServerUuid) => number,
  base?: EncodedEntry,
): Uint8Array => {
  const encoder = new EntryEncoder(indexOf);
  try {
    return writtenBytes((writer) => {
      const changed = base && changedNames(state, base.state);
      if (base && changed) encoder.writeOver(writer, state, base, changed);
      else encoder.write(writer, state);
    });
  } catch (error) {
    throw shapeError(error, () => encoder.where(state), "caller");
  }
};

/** The attributes in which `state` is not `base`, where that is all there is to it, and none of them is gone. */
const changedNames = (state: EntryState, base: EntryState): string[] | undefined => {
  const isSameEntry =
    state.kind === "live" &&
    base.kind === "live" &&
    state.uuid === base.uuid &&
    state.createdAt === base.createdAt &&
    state.conflictOf === base.conflictOf;
  if (!isSameEntry) return undefined;
  for (const name of base.attributes.keys()) if (!state.attributes.has(name)) return undefined;
  const changed: string[] = [];
  for (const [name, attribute] of state.attributes) {
    if (base.attributes.get(name) === attribute) continue;
    if (kindsIn(attribute) === 0) return undefined;
    changed.push(name);
  }
  return ascending(changed);
};

class EntryEncoder {
  readonly #indexOf: (server: ServerUuid) => number;
  #lastServer: ServerUuid | undefined;
  #lastIndex = 0;
  #name: string | undefined;

  constructor(indexOf: (server: ServerUuid) => number) {
    this.#indexOf = indexOf;
  }

  where(state: EntryState): string {
    const entry = `entry ${state.uuid}`;
    return this.#name === undefined ? entry : `${entry}, attribute ${JSON.stringify(this.#name)}`;
  }

  write(writer: ByteWriter, state: EntryState): void {
    const isBareTombstone = state.kind === "tombstone" && namesIn(state.attributes).length === 0;
    writer.array(state.kind === "live" || isBareTombstone ? 4 : 5);
    writer.uuid(state.uuid);
    this.#changeId(writer, state.createdAt);
    if (state.conflictOf === undefined) writer.nil();
    else writer.uuid(state.conflictOf);
    if (state.kind === "tombstone") this.#deletion(writer, state.deletion);
    if (!isBareTombstone) this.#attributes(writer, state.attributes);
  }

  /** A change id, as long as there is no more to say. */
  #deletion(writer: ByteWriter, deletion: RegisterState): void {
    if (deletion.context.size === 0 && deletion.siblings.length === 0) this.#changeId(writer, deletion.changeId);
    else this.#register(writer, deletion);
  }

  /** The record of `base` with the attributes `changed`, ascending, in the place of what it has of them, or in theirs. */
  writeOver(
    writer: ByteWriter,
    { attributes }: EntryState,
    { state, record }: EncodedEntry,
    changed: readonly string[],
  ): void {
    const reader = new WireReader(record, identityEnd(record));
    const added = changed.filter((name) => !state.attributes.has(name)).length;
    let copied = 0;
    const copyUntil = (end: number): void => {
      writer.raw(record.subarray(copied, end));
      copied = end;
    };
    if (added > 0) {
      copyUntil(reader.at);
      writer.map(reader.map() + added);
      copied = reader.at;
    } else reader.map();
    let next = 0;
    while (next < changed.length && reader.at < record.length) {
      const nameStart = reader.at;
      const textStart = reader.text();
      const name = decodeName(record, textStart, reader.at);
      const stateStart = reader.at;
      for (; next < changed.length && changed[next] !== name; next += 1) {
        if (compareUtf8(changed[next] as string, name) > 0) break;
        copyUntil(nameStart);
        this.#named(writer, changed[next] as string, attributes);
      }
      reader.at = itemEnd(record, stateStart, record.length);
      if (changed[next] !== name) continue;
      copyUntil(stateStart);
      this.#name = name;
      this.#attribute(writer, attributes.get(name) as AttributeState);
      copied = reader.at;
      next += 1;
    }
    copyUntil(record.length);
    for (; next < changed.length; next += 1) this.#named(writer, changed[next] as string, attributes);
  }

  #attributes(writer: ByteWriter, attributes: ReadonlyMap<string, AttributeState>): void {
    const names = namesIn(attributes);
    writer.map(names.length);
    for (const name of ascending(names)) this.#named(writer, name, attributes);
    this.#name = undefined;
  }

  #named(writer: ByteWriter, name: string, attributes: ReadonlyMap<string, AttributeState>): void {
    this.#name = name;
    if (name === "") malformed("an attribute without a name");
    writer.text(name);
    this.#attribute(writer, attributes.get(name) as AttributeState);
  }

  #attribute(writer: ByteWriter, state: AttributeState): void {
    writer.map(kindsIn(state));
    if (state.named) {
      for (const kind of kindsByName(state)) this.#kind(writer, state, kind);
    } else {
      this.#counter(writer, state.counter);
      this.#map(writer, state.map);
      this.#registerOf("register", writer, state.register);
      this.#set(writer, state.set);
    }
  }

  #kind(writer: ByteWriter, state: AttributeState, kind: MergeKind | NamedKind): void {
    switch (kind) {
      case "counter":
        this.#counter(writer, state.counter);
        break;
      case "map":
        this.#map(writer, state.map);
        break;
      case "register":
        this.#registerOf(kind, writer, state.register);
        break;
      case "set":
        this.#set(writer, state.set);
        break;
      default:
        this.#registerOf(kind, writer, state.named?.get(kind));
    }
  }

  #registerOf(kind: "register" | NamedKind, writer: ByteWriter, register: RegisterState | undefined): void {
    if (register === undefined) return;
    writer.text(kind);
    this.#register(writer, register);
  }

  #register(writer: ByteWriter, register: RegisterState): void {
    const { siblings } = register;
    if (siblings.length === 0) {
      this.#version(writer, register);
      return;
    }
    writer.array(4);
    this.#changeId(writer, register.changeId);
    this.#valueOrNil(writer, register.value);
    this.#context(writer, register.context);
    writer.array(siblings.length);
    for (const sibling of siblings) this.#version(writer, sibling);
  }

  #version(writer: ByteWriter, { changeId, value, context }: Version): void {
    const hasContext = context.size > 0;
    writer.array(hasContext ? 3 : value === undefined ? 1 : 2);
    this.#changeId(writer, changeId);
    if (hasContext) {
      this.#valueOrNil(writer, value);
      this.#context(writer, context);
    } else if (value !== undefined) writer.raw(value);
  }

  #valueOrNil(writer: ByteWriter, value: ValueBytes | undefined): void {
    if (value === undefined) writer.nil();
    else writer.raw(value);
  }

  #context(writer: ByteWriter, context: CausalContext): void {
    writer.array(context.size);
    for (const [server, ts] of [...context].sort(byServer)) this.#changeId(writer, { ts, server });
  }

  #set(writer: ByteWriter, set: SetState | undefined): void {
    if (set === undefined || set.elements.size === 0) return;
    const { elements } = set;
    writer.text("set");
    writer.array(elements.size);
    // Keys hold one character a byte: their order is that of the elements' bytes.
    for (const key of [...elements.keys()].sort()) {
      const element = elements.get(key) as SetElement;
      writer.array(3);
      this.#changeId(writer, element.changeId);
      writer.boolean(element.present);
      writer.rawLatin1(key);
    }
  }

  #map(writer: ByteWriter, map: MapState | undefined): void {
    if (map === undefined || map.keys.size === 0) return;
    const { keys } = map;
    writer.text("map");
    writer.map(keys.size);
    for (const key of ascending([...keys.keys()])) {
      writer.text(key);
      this.#register(writer, keys.get(key) as RegisterState);
    }
  }

  #counter(writer: ByteWriter, counter: CounterState | undefined): void {
    if (counter === undefined || counter.totals.size === 0) return;
    const { totals } = counter;
    writer.text("counter");
    writer.array(totals.size);
    for (const [server, total] of [...totals].sort(byServer)) {
      writer.array(4);
      this.#server(writer, server);
      writer.count(total.ts);
      writer.count(total.increments);
      writer.count(total.decrements);
    }
  }

  #changeId(writer: ByteWriter, { ts, server }: ChangeId): void {
    writer.array(2);
    this.#server(writer, server);
    writer.count(ts);
  }

  #server(writer: ByteWriter, server: ServerUuid): void {
    if (server !== this.#lastServer) {
      this.#lastIndex = this.#indexOf(server);
      this.#lastServer = server;
    }
    writer.count(this.#lastIndex);
  }
}

/** Where the attributes of a live entry's record begin: behind the uuid, its creation, and whose conflict it is. */
const identityEnd = (record: Uint8Array): number => {
  let at = 1;
  for (let part = 0; part < IDENTITY_PARTS; part += 1) at = itemEnd(record, at, record.length);
  return at;
};

const IDENTITY_PARTS = 3;

/** Uuids are lower-case text: its order is that of their bytes. */
const byServer = ([left]: readonly [ServerUuid, unknown], [right]: readonly [ServerUuid, unknown]): number =>
  left < right ? -1 : 1;

const namesIn = (attributes: ReadonlyMap<string, AttributeState>): string[] => {
  const names: string[] = [];
  for (const [name, state] of attributes) if (kindsIn(state) > 0) names.push(name);
  return names;
};

const kindsIn = ({ register, set, map, counter, named }: AttributeState): number =>
  (register ? 1 : 0) +
  (set && set.elements.size > 0 ? 1 : 0) +
  (map && map.keys.size > 0 ? 1 : 0) +
  (counter && counter.totals.size > 0 ? 1 : 0) +
  (named?.size ?? 0);

/** `texts`, sorted by their UTF-8 bytes where they are not yet: those of a decoded state mostly are. */
const ascending = (texts: string[]): string[] => {
  for (let index = 1; index < texts.length; index += 1) {
    if (compareUtf8(texts[index - 1] as string, texts[index] as string) > 0) return texts.sort(compareUtf8);
  }
  return texts;
};
