import { hexOf } from "./hex.js";
import { binaryOfLength, booleanOf, elementsOf, type Item, integerOf, textOf } from "./item.js";
import { must, violation } from "./violation.js";

/** What a record says, whatever its server table: servers are told by uuid, values by the hex of their bytes. */
export interface DescribedRecord {
  readonly uuid: string;
  readonly created: ChangeTold;
  readonly conflictOf: string | null;
  /** `null` of a live entry. */
  readonly deletion: readonly VersionTold[] | null;
  /** Name to kind to state. */
  readonly attributes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** `server@ts` */
export type ChangeTold = string;

interface VersionTold {
  readonly change: ChangeTold;
  readonly value: string | null;
  readonly context: readonly ChangeTold[];
}

/**
 * Reads a record by section 5 of the protocol.
 *
 * @param bytes what `item` lies in.
 * @throws Violation for whatever is not the one form of what it says.
 */
export const describeRecord = (item: Item, bytes: Uint8Array, servers: readonly string[]): DescribedRecord =>
  new RecordTeller(bytes, servers).record(item);

/** Every change id in it, contexts left out: `server@ts`. */
export const changesOf = ({ created, deletion, attributes }: DescribedRecord): Set<ChangeTold> => {
  const found = new Set<ChangeTold>([created]);
  const gather = (value: unknown, key: string): unknown => {
    if (key === "context") return undefined;
    if (key === "change" && typeof value === "string") found.add(value);
    return value;
  };
  JSON.stringify([deletion, attributes], (key, value) => gather(value, key));
  return found;
};

const KINDS = ["counter", "map", "register", "set"];

/** The name of a kind that a user has made: 100 bytes at the most, with a namespace. */
const USERS_KIND = /^(?=.{1,100}$)[a-z0-9-]+(?:\.[a-z0-9-]+)+\/[a-z0-9._-]+$/;

class RecordTeller {
  readonly #bytes: Uint8Array;
  readonly #servers: readonly string[];

  constructor(bytes: Uint8Array, servers: readonly string[]) {
    this.#bytes = bytes;
    this.#servers = servers;
  }

  record(item: Item): DescribedRecord {
    const parts = elementsOf(item, 4, "a record");
    must(parts.length <= 5, `a record has ${parts.length} elements`);
    const [uuid, created, conflictOf, fourth, fifth] = parts;
    const isLive = parts.length === 4 && fourth?.kind === "map";
    const held = isLive ? fourth : fifth;
    const attributes = held === undefined ? {} : this.#attributes(held);
    must(isLive || held === undefined || Object.keys(attributes).length > 0, "a tombstone with an empty map");
    return {
      uuid: binaryOfLength(uuid, 16, "a record's uuid"),
      created: this.#change(created),
      conflictOf: conflictOf?.kind === "nil" ? null : binaryOfLength(conflictOf, 16, "conflictOf"),
      deletion: isLive ? null : this.#deletion(fourth as Item),
      attributes,
    };
  }

  #deletion(item: Item): readonly VersionTold[] {
    const parts = elementsOf(item, 1, "a deletion");
    if (parts[0]?.kind === "integer") return [{ change: this.#change(item), value: null, context: [] }];
    const versions = this.#register(item);
    const [first] = versions;
    must(
      versions.every(({ value }) => value === null),
      "a deletion with a value",
    );
    must(versions.length > 1 || (first?.context.length ?? 0) > 0, "a deletion in more words than a change id");
    return versions;
  }

  #attributes(item: Item): Record<string, Record<string, unknown>> {
    const attributes: Record<string, Record<string, unknown>> = Object.create(null);
    for (const [name, states] of this.#pairs(item, "attributes")) {
      must(name !== "", "an attribute without a name");
      const kinds = this.#pairs(states, `the states of ${name}`);
      must(kinds.length > 0, `attribute ${name} has no state`);
      attributes[name] = Object.fromEntries(kinds.map(([kind, state]) => [kind, this.#state(kind, state)]));
    }
    return attributes;
  }

  #state(kind: string, item: Item): unknown {
    const isUsers = USERS_KIND.test(kind);
    must(isUsers || KINDS.includes(kind), `an unknown kind, ${kind}, which is not a user's either`);
    if (isUsers || kind === "register") return this.#register(item);
    const size = "items" in item ? item.items.length : 0;
    must(size > 0, `an empty ${kind}`);
    if (kind === "map")
      return Object.fromEntries(this.#pairs(item, "a map").map(([key, one]) => [key, this.#register(one)]));
    return kind === "set" ? this.#set(item) : this.#counter(item);
  }

  #register(item: Item): readonly VersionTold[] {
    const parts = elementsOf(item, 1, "a register");
    must(parts.length <= 4, "a register of more than 4 elements");
    if (parts.length < 4) return [this.#version(item)];
    const [change, value, context, others] = parts;
    const first = { change: this.#change(change), value: this.#valueOrNil(value), context: this.#context(context) };
    const siblings = elementsOf(others, 1, "the other versions of a register").map((one) => this.#version(one));
    const versions = [first, ...siblings];
    this.#expectApart(versions);
    return versions;
  }

  #version(item: Item): VersionTold {
    const parts = elementsOf(item, 1, "a version");
    must(parts.length <= 3, "a version of more than 3 elements");
    const [change, value, context] = parts;
    must(parts.length !== 2 || value?.kind !== "nil", "a version that says nil in place of nothing");
    const known = context === undefined ? [] : this.#context(context);
    must(context === undefined || known.length > 0, "an empty context");
    const told = { change: this.#change(change), value: this.#valueOrNil(value), context: known };
    for (const one of known) {
      must(serverOf(one) !== serverOf(told.change), "a context with the server of its own change");
      must(timeOf(one) < timeOf(told.change), "a context that does not lie before its change");
    }
    return told;
  }

  #expectApart(versions: readonly VersionTold[]): void {
    for (const [index, version] of versions.entries()) {
      const before = versions[index - 1];
      must(before === undefined || isLater(before.change, version.change), "versions that are not newest first");
      must(
        !versions.some((other) => other !== version && knows(other, version.change)),
        "a version that another knows",
      );
    }
  }

  #context(item: Item | undefined): readonly ChangeTold[] {
    const known = elementsOf(item, 0, "a context").map((one) => this.#change(one));
    this.#expectAscending(known.map(serverOf), "the servers of a context");
    return known;
  }

  #set(item: Item): readonly unknown[] {
    const elements = elementsOf(item, 1, "a set").map((one) => {
      const parts = elementsOf(one, 3, "an element");
      must(parts.length === 3, "an element of more than 3");
      const [change, present, element] = parts;
      return { change: this.#change(change), present: booleanOf(present, "present"), element: this.#value(element) };
    });
    this.#expectAscending(
      elements.map(({ element }) => element),
      "the elements of a set",
    );
    return elements;
  }

  #counter(item: Item): readonly unknown[] {
    const rows = elementsOf(item, 1, "a counter").map((one) => {
      const parts = elementsOf(one, 4, "a row of a counter");
      must(parts.length === 4, "a row of a counter of more than 4");
      const [server, ts, increments, decrements] = parts;
      const change = `${this.#server(server)}@${integerOf(ts, "the time of a counter")}`;
      return {
        change,
        increments: integerOf(increments, "increments"),
        decrements: integerOf(decrements, "decrements"),
      };
    });
    this.#expectAscending(
      rows.map(({ change }) => serverOf(change)),
      "the servers of a counter",
    );
    return rows;
  }

  #change(item: Item | undefined): ChangeTold {
    const parts = elementsOf(item, 2, "a change id");
    must(parts.length === 2, "a change id of more than 2 elements");
    return `${this.#server(parts[0])}@${integerOf(parts[1], "a time")}`;
  }

  #server(item: Item | undefined): string {
    const index = integerOf(item, "a server's index");
    return this.#servers[index] ?? violation(`server ${index} of a table of ${this.#servers.length}`);
  }

  #valueOrNil(item: Item | undefined): string | null {
    return item === undefined || item.kind === "nil" ? null : this.#value(item);
  }

  #value(item: Item | undefined): string {
    must(item !== undefined, "a value is missing");
    this.#expectValue(item, 1);
    return hexOf(this.#bytes.subarray(item.start, item.end));
  }

  #expectValue(item: Item, depth: number): void {
    must(item.kind !== "nil", "nil inside a value");
    if (!("items" in item)) return;
    must(depth <= 16, "a value that is nested deeper than 16");
    if (item.kind === "map") this.#pairs(item, "a map in a value");
    for (const one of item.items) this.#expectValue(one, depth + 1);
  }

  /** Of a map whose keys are texts that ascend by their UTF-8 bytes. */
  #pairs(item: Item, what: string): readonly (readonly [string, Item])[] {
    must(item.kind === "map", `${what}: not a map`);
    const pairs: [string, Item][] = [];
    const keys: string[] = [];
    for (let index = 0; index < item.items.length; index += 2) {
      const key = item.items[index] as Item;
      pairs.push([textOf(key, `a key of ${what}`, 2 ** 32), item.items[index + 1] as Item]);
      keys.push(hexOf(encoder.encode(pairs.at(-1)?.[0])));
    }
    this.#expectAscending(keys, `the keys of ${what}`);
    return pairs;
  }

  #expectAscending(hexes: readonly string[], what: string): void {
    for (const [index, hex] of hexes.entries()) {
      must(index === 0 || (hexes[index - 1] as string) < hex, `${what} do not ascend, or one is there twice`);
    }
  }
}

const encoder = new TextEncoder();

const serverOf = (change: ChangeTold): string => change.slice(0, change.indexOf("@"));
const timeOf = (change: ChangeTold): number => Number(change.slice(change.indexOf("@") + 1));

const isLater = (left: ChangeTold, right: ChangeTold): boolean =>
  timeOf(left) !== timeOf(right) ? timeOf(left) > timeOf(right) : serverOf(left) > serverOf(right);

const knows = ({ change, context }: VersionTold, other: ChangeTold): boolean =>
  [change, ...context].some((one) => serverOf(one) === serverOf(other) && timeOf(one) >= timeOf(other));
