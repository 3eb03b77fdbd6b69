import {
  type AttributeState,
  type ChangeId,
  type CounterState,
  type LiveEntry,
  type MapState,
  MERGE_KINDS,
  type NamedStates,
  type RegisterState,
  type SetState,
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

const addAttribute = (lanes: Lanes, { register, set, map, counter, named }: AttributeState): void => {
  if (register) {
    lanes.kind("register");
    addRegister(lanes, register);
  }
  if (set) addSet(lanes, set);
  if (map) addMap(lanes, map);
  if (counter) addCounter(lanes, counter);
  if (named) addNamed(lanes, named);
};

const addNamed = (lanes: Lanes, named: NamedStates): void => {
  for (const [kind, register] of inOrder(named)) {
    lanes.number(MERGE_KINDS.length + 1);
    lanes.text(kind);
    addRegister(lanes, register);
  }
};

const addRegister = (lanes: Lanes, register: RegisterState): void => {
  if (register.siblings.length === 0) lanes.change(register.changeId);
  else for (const { changeId } of versionsOf(register)) lanes.change(changeId);
};

const addSet = (lanes: Lanes, { elements }: SetState): void => {
  lanes.kind("set");
  for (const [key, { changeId, present }] of inOrder(elements)) {
    lanes.text(key);
    lanes.number(present ? 1 : 0);
    lanes.change(changeId);
  }
};

const addMap = (lanes: Lanes, { keys }: MapState): void => {
  lanes.kind("map");
  for (const [key, register] of inOrder(keys)) {
    lanes.text(key);
    addRegister(lanes, register);
  }
};

const addCounter = (lanes: Lanes, { totals }: CounterState): void => {
  lanes.kind("counter");
  for (const [server, { ts }] of inOrder(totals)) lanes.change({ ts, server });
};

/** By key. A state that was read back is in order; one that a transaction has changed may not be. */
const inOrder = <K extends string, V>(map: ReadonlyMap<K, V>): Iterable<[K, V]> => {
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
  #lastChange: ChangeId | undefined;

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

  /** Most of an entry is of one transaction: a change that comes again at once is one number, not a uuid to go through. */
  change(changeId: ChangeId): void {
    const { ts, server } = changeId;
    const last = this.#lastChange;
    if (last !== undefined && last.ts === ts && last.server === server) this.number(SAME_CHANGE);
    else {
      this.#lastChange = changeId;
      this.number(ANOTHER_CHANGE);
      this.number(ts >>> 0);
      this.number(Math.floor(ts / 2 ** 32));
      this.text(server);
    }
  }

  hexadecimal(): string {
    return hexadecimal(finish(this.#first ^ this.#second)) + hexadecimal(finish(this.#second));
  }
}

/** No code unit of a text, which a change may stand before, is one of these. */
const SAME_CHANGE = 0x1_0000;
const ANOTHER_CHANGE = 0x1_0001;

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

const finish = (value: number): number => {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return (second ^ (second >>> 16)) >>> 0;
};

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

const hexadecimal = (value: number): string => {
  const byte = (shift: number): string => HEX[(value >>> shift) & 0xff] as string;
  return byte(24) + byte(16) + byte(8) + byte(0);
};
