import { compareChanges, knows } from "./merge.js";
import { array, boolean, bytesOf, integer, map, nil, Reader, Refused, uuid } from "./message-pack.js";

/*
 * Entry records: docs/protocol.md, section 5. Servers are told by uuid, in hex; values and elements by the hex of their
 * encoding. A register is a list of versions, the newest first:
 *
 *     entry   { uuid, created: { server, ts }, conflictOf, deletion: versions or undefined, attributes: Map }
 *     states  Map of kind to versions (register), Map of element (set), Map of key to versions (map), Map of server (counter)
 *
 * A kind that users have made has the state of a register, and is nothing else to this peer.
 */

const ENTRY_BYTES_MAX = 4 * 1024 * 1024;

const USERS_KIND = /^(?=.{1,100}$)[a-z0-9-]+(\.[a-z0-9-]+)+\/[a-z0-9._-]+$/;

const shape = (message) => {
  throw new Refused("shape", message);
};

/** @param latest the latest time that a change may have, in microseconds. */
export const readRecord = (bytes, servers, latest) => {
  if (bytes.length > ENTRY_BYTES_MAX) shape("a record of more than 4 MiB");
  const reader = new Reader(bytes);

  const server = () => servers[reader.integer()] ?? shape("a server that is not in the table");
  const time = () => {
    const ts = reader.integer();
    if (ts > latest) throw new Refused("clock_skew", `a change stamped ${ts}, when ${latest} is the latest`);
    return ts;
  };
  const change = () => {
    reader.arrayOf(2);
    return { server: server(), ts: time() };
  };
  const context = (own, least) => {
    const known = new Map();
    let before = "";
    for (const { server, ts } of reader.list(change)) {
      if (server <= before || server === own.server || ts >= own.ts)
        shape("a context out of order, or not before its change");
      known.set(server, ts);
      before = server;
    }
    return known.size < least ? shape("an empty context") : known;
  };
  const version = (parts, contextLeast = 1) => {
    const own = change();
    let value;
    if (parts === 2 || (parts > 2 && !reader.nil())) value = reader.value();
    return { ...own, value, context: parts > 2 ? context(own, contextLeast) : new Map() };
  };
  const register = () => {
    const parts = reader.array();
    if (parts < 1 || parts > 4) shape("not a register");
    if (parts < 4) return [version(parts)];
    const versions = [version(4, 0)];
    for (let count = reader.array() || shape("no other versions"); count > 0; count -= 1) {
      const others = reader.array();
      if (others < 1 || others > 3) shape("not a version");
      const other = version(others);
      if (compareChanges(versions.at(-1), other) <= 0) shape("versions out of order");
      if (versions.some((one) => knows(one, other))) shape("a version that another knows");
      versions.push(other);
    }
    return versions;
  };
  const some = (count) => count || shape("an empty state");
  const READ = {
    register,
    set: () => {
      const elements = new Map();
      let before = "";
      for (let count = some(reader.array()); count > 0; count -= 1) {
        reader.arrayOf(3);
        const state = { ...change(), present: reader.boolean() };
        const element = reader.value();
        if (element <= before) shape("elements out of order");
        elements.set(element, state);
        before = element;
      }
      return elements;
    },
    map: () => {
      const keys = new Map();
      let before;
      for (let count = some(reader.map()); count > 0; count -= 1) {
        before = reader.key(before);
        keys.set(before, register());
      }
      return keys;
    },
    counter: () => {
      const totals = new Map();
      let before = "";
      for (let count = some(reader.array()); count > 0; count -= 1) {
        reader.arrayOf(4);
        const whose = server();
        if (whose <= before) shape("servers out of order");
        totals.set(whose, { ts: time(), increments: reader.integer(), decrements: reader.integer() });
        before = whose;
      }
      return totals;
    },
  };
  const stateOf = (kind) => {
    if (Object.hasOwn(READ, kind)) return READ[kind]();
    return USERS_KIND.test(kind) ? register() : shape("an unknown kind, which is not a user's either");
  };
  const attributes = (least) => {
    const all = new Map();
    let name;
    let count = reader.map();
    if (count < least) shape("no attributes");
    for (; count > 0; count -= 1) {
      name = reader.key(name);
      if (name === "" || Buffer.byteLength(name) > 255) shape("a name of no bytes, or of too many");
      const states = new Map();
      let kind;
      for (let kinds = some(reader.map()); kinds > 0; kinds -= 1) {
        kind = reader.key(kind);
        states.set(kind, stateOf(kind));
      }
      all.set(name, states);
    }
    return all;
  };
  const deletion = () => {
    if (reader.peek() === 0x92) return [{ ...change(), value: undefined, context: new Map() }];
    const versions = register();
    if (versions.some(({ value }) => value !== undefined)) shape("a deletion with a value");
    if (versions.length === 1 && versions[0].context.size === 0) shape("a deletion in too many words");
    return versions;
  };

  const parts = reader.array();
  if (parts !== 4 && parts !== 5) shape("not a record");
  const entry = { uuid: reader.uuid(), created: change(), conflictOf: reader.nil() ? undefined : reader.uuid() };
  const token = reader.peek();
  const isLive = parts === 4 && (token >> 4 === 8 || token === 0xde || token === 0xdf);
  entry.deletion = isLive ? undefined : deletion();
  entry.attributes = isLive || parts === 5 ? attributes(isLive ? 0 : 1) : new Map();
  return reader.isAtEnd ? entry : shape("bytes after the record");
};

const sorted = (entries) => [...entries].sort(([left], [right]) => (left < right ? -1 : 1));

/** @param indexOf the place of a server in the table that goes with the record. */
export const writeRecord = ({ uuid: id, created, conflictOf, deletion, attributes }, indexOf) => {
  const change = ({ server, ts }) => array(integer(indexOf(server)), integer(ts));
  const context = (known) => array(...sorted(known).map(([server, ts]) => change({ server, ts })));
  const valueOrNil = (value) => (value === undefined ? nil : bytesOf(value));
  const version = (one) => {
    if (one.context.size > 0) return array(change(one), valueOrNil(one.value), context(one.context));
    return one.value === undefined ? array(change(one)) : array(change(one), bytesOf(one.value));
  };
  const register = ([first, ...others]) =>
    others.length === 0
      ? version(first)
      : array(change(first), valueOrNil(first.value), context(first.context), array(...others.map(version)));
  const WRITE = {
    register,
    set: (elements) =>
      array(
        ...sorted(elements).map(([element, state]) => array(change(state), boolean(state.present), bytesOf(element))),
      ),
    map: (keys) => map([...keys].map(([key, versions]) => [key, register(versions)])),
    counter: (totals) =>
      array(
        ...sorted(totals).map(([server, { ts, increments, decrements }]) =>
          array(integer(indexOf(server)), integer(ts), integer(increments), integer(decrements)),
        ),
      ),
  };
  const states = map(
    [...attributes].map(([name, kinds]) => [
      name,
      map([...kinds].map(([kind, state]) => [kind, (WRITE[kind] ?? register)(state)])),
    ]),
  );
  const identity = [uuid(id), change(created), conflictOf === undefined ? nil : uuid(conflictOf)];
  if (deletion === undefined) return array(...identity, states);
  const [{ context: known }] = deletion;
  const gone = deletion.length === 1 && known.size === 0 ? change(deletion[0]) : register(deletion);
  return attributes.size === 0 ? array(...identity, gone) : array(...identity, gone, states);
};

/** Every server that a record of `entry` names. */
export const serversIn = ({ created, deletion, attributes }) => {
  const found = new Set([created.server]);
  const versions = (some) => {
    for (const { server, context } of some) for (const one of [server, ...context.keys()]) found.add(one);
  };
  if (deletion) versions(deletion);
  for (const kinds of attributes.values()) {
    for (const [kind, state] of kinds) {
      if (kind === "map") for (const some of state.values()) versions(some);
      else if (kind === "set") for (const { server } of state.values()) found.add(server);
      else if (kind === "counter") for (const server of state.keys()) found.add(server);
      else versions(state);
    }
  }
  return found;
};
