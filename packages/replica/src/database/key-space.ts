import { type ServerUuid, UUID_BYTES, type Uuid, uuidFromBytes, writeUuid } from "@concordat/crdt";
import type { KeyRange } from "@concordat/storage";

/**
 * Every key of a database. The first byte names the space; numbers are big-endian, so that byte order is their order.
 *
 *     a  agreed   a partner's server uuid -> up to when it had this server's own changes as they are here
 *     b  reference uuid of an entry, uuid of one that refers to it -> nothing
 *     c  commit   newest feed number of a commit          -> name of the commit, 8 random bytes
 *     e  entry    uuid                                    -> feed number, entry record
 *     f  feed     feed number                             -> uuid; one row per entry that has changed here, at its last change
 *     h  history  server index of this replica, time of one of its commits -> hash of its lineage, feed number; of time 0: since when
 *     i  index    name of a value of an indexed attribute -> uuids of the entries that show it; nothing when they are many
 *     j  member   name of a value that many show, uuid of one of them -> nothing
 *     k  cursor   supplier's server uuid                  -> feed number, commit name; during a scan its feed number, uuid
 *     m  meta     name                                    -> see `meta.ts`
 *     n  number   uuid, attribute -> what this server had added to that counter when a partner last agreed, and when that was
 *     p  purge    time of the oldest mark in an entry, uuid -> nothing
 *     r  ruv      server index                            -> server uuid, seen, purged, lineage
 *     u  unique   name of a value of a unique attribute -> who claims it: uuids and change ids
 *     v  invalid  uuid of an entry that the schema does not accept -> nothing
 *     w  withdrawn server uuid that this replica had -> after when its changes were announced anew under another
 *     x  conflict uuid of an entry that holds what lost a merge -> nothing
 *     y  contested  name of a value that several claim -> nothing
 */
const space = (letter: string): number => letter.charCodeAt(0);

const AGREED = space("a");
const REFERENCE = space("b");
const COMMIT = space("c");
const ENTRY = space("e");
const FEED = space("f");
const HISTORY = space("h");
const INDEX = space("i");
const MEMBER = space("j");
const CURSOR = space("k");
const META = space("m");
const COUNTER_BASE = space("n");
const PURGE = space("p");
const RUV = space("r");
const UNIQUE = space("u");
const INVALID = space("v");
const WITHDRAWN = space("w");
const CONFLICT = space("x");
const CONTESTED = space("y");

/** The first bytes that keys may have. */
export const SPACES: readonly number[] = [
  AGREED,
  REFERENCE,
  COMMIT,
  ENTRY,
  FEED,
  HISTORY,
  INDEX,
  MEMBER,
  CURSOR,
  META,
  COUNTER_BASE,
  PURGE,
  RUV,
  UNIQUE,
  INVALID,
  WITHDRAWN,
  CONFLICT,
  CONTESTED,
];

/** The first byte of the key of an entry. */
export const ENTRY_SPACE = ENTRY;
/** The first byte of the key of a row of the vector. */
export const RUV_SPACE = RUV;

/** Bytes of a number in a key or a value: unsigned, at most 2^53 - 1. */
export const NUMBER_BYTES = 8;

export const writeNumber = (value: number, target: Uint8Array, offset: number): void => {
  writeUnsigned32(Math.floor(value / 2 ** 32), target, offset);
  writeUnsigned32(value >>> 0, target, offset + 4);
};

/** Byte by byte: a `DataView` of its own costs each number more than all of this. */
const writeUnsigned32 = (value: number, target: Uint8Array, offset: number): void => {
  target[offset] = value >>> 24;
  target[offset + 1] = value >>> 16;
  target[offset + 2] = value >>> 8;
  target[offset + 3] = value;
};

export const readNumber = (bytes: Uint8Array, offset: number): number => {
  return readUnsigned32(bytes, offset) * 2 ** 32 + readUnsigned32(bytes, offset + 4);
};

const readUnsigned32 = (bytes: Uint8Array, offset: number): number =>
  (((bytes[offset] as number) << 24) |
    ((bytes[offset + 1] as number) << 16) |
    ((bytes[offset + 2] as number) << 8) |
    (bytes[offset + 3] as number)) >>>
  0;

const numberKey = (prefix: number, value: number): Uint8Array => {
  const key = new Uint8Array(1 + NUMBER_BYTES);
  key[0] = prefix;
  writeNumber(value, key, 1);
  return key;
};

const uuidKey = (prefix: number, uuid: Uuid): Uint8Array => {
  const key = new Uint8Array(1 + UUID_BYTES);
  key[0] = prefix;
  writeUuid(uuid, key, 1);
  return key;
};

const wholeSpace = (prefix: number): KeyRange => ({ from: Uint8Array.of(prefix), to: Uint8Array.of(prefix + 1) });

export const commitKey = (sequence: number): Uint8Array => numberKey(COMMIT, sequence);
export const entryKey = (uuid: Uuid): Uint8Array => uuidKey(ENTRY, uuid);
export const feedKey = (sequence: number): Uint8Array => numberKey(FEED, sequence);
export const cursorKey = (supplier: ServerUuid): Uint8Array => uuidKey(CURSOR, supplier);
export const ruvKey = (index: number): Uint8Array => numberKey(RUV, index);

export const agreedKey = (partner: ServerUuid): Uint8Array => uuidKey(AGREED, partner);

export const withdrawnKey = (server: ServerUuid): Uint8Array => uuidKey(WITHDRAWN, server);

/** The server in an agreed or withdrawn key. */
export const serverOfKey = (key: Uint8Array): ServerUuid => uuidFromBytes<ServerUuid>(key, 1);

export const historyKey = (serverIndex: number, ts: number): Uint8Array => {
  const key = new Uint8Array(1 + 2 * NUMBER_BYTES);
  key[0] = HISTORY;
  writeNumber(serverIndex, key, 1);
  writeNumber(ts, key, 1 + NUMBER_BYTES);
  return key;
};

/** The commits of the server with that index before `ts`. */
export const historyBefore = (serverIndex: number, ts: number): KeyRange => ({
  from: historyKey(serverIndex, 1),
  to: historyKey(serverIndex, ts),
});

/** The commits after `ts` of the server with that index. */
export const historyAfter = (serverIndex: number, ts: number): KeyRange => ({
  from: historyKey(serverIndex, ts + 1),
  to: historyKey(serverIndex + 1, 0),
});

/** Since when the commits of the server with that index are known; no row while all are. */
export const historySinceKey = (serverIndex: number): Uint8Array => historyKey(serverIndex, 0);

export const tsOfHistoryKey = (key: Uint8Array): number => readNumber(key, 1 + NUMBER_BYTES);

export const counterBaseKey = (uuid: Uuid, attribute: string): Uint8Array => {
  const name = new TextEncoder().encode(attribute);
  const key = new Uint8Array(1 + UUID_BYTES + name.length);
  key[0] = COUNTER_BASE;
  writeUuid(uuid, key, 1);
  key.set(name, 1 + UUID_BYTES);
  return key;
};

const bytesKey = (prefix: number, bytes: Uint8Array): Uint8Array => {
  const key = new Uint8Array(1 + bytes.length);
  key[0] = prefix;
  key.set(bytes, 1);
  return key;
};

export const uniqueKey = (claim: Uint8Array): Uint8Array => bytesKey(UNIQUE, claim);
export const contestedKey = (claim: Uint8Array): Uint8Array => bytesKey(CONTESTED, claim);
export const invalidKey = (uuid: Uuid): Uint8Array => uuidKey(INVALID, uuid);

export const referenceKey = (target: Uuid, referrer: Uuid): Uint8Array => {
  const key = new Uint8Array(1 + 2 * UUID_BYTES);
  key[0] = REFERENCE;
  writeUuid(target, key, 1);
  writeUuid(referrer, key, 1 + UUID_BYTES);
  return key;
};

export const uuidsOfReferenceKey = (key: Uint8Array): { target: Uuid; referrer: Uuid } => ({
  target: uuidFromBytes<Uuid>(key, 1),
  referrer: uuidFromBytes<Uuid>(key, 1 + UUID_BYTES),
});

export const indexKey = (valueName: Uint8Array): Uint8Array => bytesKey(INDEX, valueName);

export const memberKey = (valueName: Uint8Array, uuid: Uuid): Uint8Array => {
  const key = new Uint8Array(1 + valueName.length + UUID_BYTES);
  key[0] = MEMBER;
  key.set(valueName, 1);
  writeUuid(uuid, key, 1 + valueName.length);
  return key;
};

export const valueNameOfIndexKey = (key: Uint8Array): Uint8Array => key.subarray(1);

export const valueNameOfMemberKey = (key: Uint8Array): Uint8Array => key.subarray(1, key.length - UUID_BYTES);

export const uuidBytesOfMemberKey = (key: Uint8Array): Uint8Array => key.subarray(key.length - UUID_BYTES);

export const uuidOfMemberKey = (key: Uint8Array): Uuid => uuidFromBytes<Uuid>(key, key.length - UUID_BYTES);

/** The member rows of one value, of uuids after `uuid`. */
export const membersAfter = (valueName: Uint8Array, uuid: Uuid | undefined): KeyRange => {
  const from = bytesKey(MEMBER, valueName);
  // Nothing but ones where rows have a uuid, and a byte more: after them all.
  const to = new Uint8Array(from.length + UUID_BYTES + 1).fill(0xff);
  to.set(from);
  return after({ from, to }, uuid && memberKey(valueName, uuid));
};

export const conflictKey = (uuid: Uuid): Uint8Array => uuidKey(CONFLICT, uuid);

/** The uuid in a conflict or invalid key. */
export const uuidOfConflictKey = (key: Uint8Array): Uuid => uuidFromBytes<Uuid>(key, 1);

export const purgeKey = (micros: number, uuid: Uuid): Uint8Array => {
  const key = new Uint8Array(1 + NUMBER_BYTES + UUID_BYTES);
  key[0] = PURGE;
  writeNumber(micros, key, 1);
  writeUuid(uuid, key, 1 + NUMBER_BYTES);
  return key;
};

/** The uuid at the end of a purge key. */
export const uuidOfPurgeKey = (key: Uint8Array): Uuid => uuidFromBytes<Uuid>(key, 1 + NUMBER_BYTES);

export const metaKey = (name: string): Uint8Array => {
  const key = new Uint8Array(1 + name.length);
  key[0] = META;
  for (let index = 0; index < name.length; index += 1) key[index + 1] = name.charCodeAt(index);
  return key;
};

/** The entry key of a uuid that stands in the feed as bytes. */
export const uuidOfEntryKey = (key: Uint8Array): Uuid => uuidFromBytes<Uuid>(key, 1);

export const entryKeyOfBytes = (uuid: Uint8Array): Uint8Array => {
  const key = new Uint8Array(1 + UUID_BYTES);
  key[0] = ENTRY;
  key.set(uuid.subarray(0, UUID_BYTES), 1);
  return key;
};

/** The number in a feed, commit or ruv key. */
export const numberOfKey = (key: Uint8Array): number => readNumber(key, 1);

export const ALL_AGREED = wholeSpace(AGREED);
export const ALL_COUNTER_BASES = wholeSpace(COUNTER_BASE);
export const ALL_WITHDRAWN = wholeSpace(WITHDRAWN);
export const ALL_RUV_ROWS = wholeSpace(RUV);
export const ALL_ENTRIES = wholeSpace(ENTRY);
export const ALL_FEED_ROWS = wholeSpace(FEED);
export const ALL_CURSORS = wholeSpace(CURSOR);
export const ALL_COMMITS = wholeSpace(COMMIT);
export const ALL_CONFLICTS = wholeSpace(CONFLICT);
export const ALL_CONTESTED = wholeSpace(CONTESTED);
export const ALL_INDEX_ROWS = wholeSpace(INDEX);
export const ALL_MEMBERS = wholeSpace(MEMBER);
export const ALL_INVALID = wholeSpace(INVALID);
export const ALL_REFERENCES = wholeSpace(REFERENCE);
export const ALL_CLAIMS = wholeSpace(UNIQUE);
export const ALL_PURGE_ROWS = wholeSpace(PURGE);
export const NEWEST_COMMIT: KeyRange = { ...ALL_COMMITS, reverse: true };

/** The commit that reached or passed `sequence` first is the first row. */
export const commitsFrom = (sequence: number): KeyRange => ({ ...ALL_COMMITS, from: commitKey(sequence) });

/** Feed numbers after `after`, up to and including `through`. */
export const feedBetween = (after: number, through: number): KeyRange => ({
  from: feedKey(after + 1),
  to: feedKey(through + 1),
});

/** Rows of marks no later than `micros`, the oldest first. */
export const purgeRowsThrough = (micros: number): KeyRange => ({ ...ALL_PURGE_ROWS, to: numberKey(PURGE, micros + 1) });

/** Entries whose uuid comes after `uuid`. */
export const entriesAfter = (uuid: Uuid | undefined): KeyRange => after(ALL_ENTRIES, uuid && entryKey(uuid));

/** Conflict rows whose uuid comes after `uuid`. */
export const conflictsAfter = (uuid: Uuid | undefined): KeyRange => after(ALL_CONFLICTS, uuid && conflictKey(uuid));

/** Rows of `range` after the one with `key`. */
export const after = (range: KeyRange, key: Uint8Array | undefined): KeyRange => {
  if (key === undefined) return range;
  const from = new Uint8Array(key.length + 1);
  from.set(key);
  return { ...range, from };
};
