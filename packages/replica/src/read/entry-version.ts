import {
  type AttributeState,
  type ChangeId,
  type LiveEntry,
  MERGE_KINDS,
  type RegisterState,
  versionsOf,
} from "@concordat/crdt";

/**
 * An entity tag: 64 bits over every change id of the entry and where it stands. Values need not be read, since a
 * change id and a place have one value. Two states that differ get one tag by an accident of 2^-64.
 */
export const entryVersion = (entry: LiveEntry): string => {
  const lanes = new Lanes();
  lanes.change(entry.createdAt);
  for (const [name, state] of inOrder(entry.attributes)) {
    lanes.text(name);
    addAttribute(lanes, state);
  }
  return lanes.hexadecimal();
};

const addAttribute = (lanes: Lanes, { register, set, map, counter }: AttributeState): void => {
  if (register) {
    lanes.kind("register");
    addRegister(lanes, register);
  }
  if (set) lanes.kind("set");
  for (const [key, { changeId, present }] of inOrder(set?.elements)) {
    lanes.text(key);
    lanes.number(present ? 1 : 0);
    lanes.change(changeId);
  }
  if (map) lanes.kind("map");
  for (const [key, register] of inOrder(map?.keys)) {
    lanes.text(key);
    addRegister(lanes, register);
  }
  if (counter) lanes.kind("counter");
  for (const [server, { ts }] of inOrder(counter?.totals)) lanes.change({ ts, server });
};

const addRegister = (lanes: Lanes, register: RegisterState): void => {
  for (const { changeId } of versionsOf(register)) lanes.change(changeId);
};

/** By key. A state that was read back is in order; one that a transaction has changed may not be. */
const inOrder = <K extends string, V>(map: ReadonlyMap<K, V> = new Map()): Iterable<[K, V]> => {
  let before: K | undefined;
  for (const key of map.keys()) {
    if (before !== undefined && key < before) return [...map].sort(([left], [right]) => (left < right ? -1 : 1));
    before = key;
  }
  return map;
};

/** Two 32-bit lanes of multiply and rotate, finished as MurmurHash3 does (A. Appleby, public domain). */
class Lanes {
  #first = 0x9e3779b1;
  #second = 0x85ebca77;

  kind(kind: (typeof MERGE_KINDS)[number]): void {
    this.number(MERGE_KINDS.indexOf(kind) + 1);
  }

  number(value: number): void {
    this.#first = Math.imul(rotate(this.#first ^ value, 13), 0x85ebca6b);
    this.#second = Math.imul(rotate(this.#second ^ value, 17), 0xc2b2ae35);
  }

  text(text: string): void {
    for (let index = 0; index < text.length; index += 1) this.number(text.charCodeAt(index));
    this.number(text.length);
  }

  change({ ts, server }: ChangeId): void {
    this.number(ts >>> 0);
    this.number(Math.floor(ts / 2 ** 32));
    this.text(server);
  }

  hexadecimal(): string {
    return hexadecimal(finish(this.#first ^ this.#second)) + hexadecimal(finish(this.#second));
  }
}

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

const finish = (value: number): number => {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return (second ^ (second >>> 16)) >>> 0;
};

const hexadecimal = (value: number): string => value.toString(16).padStart(8, "0");
