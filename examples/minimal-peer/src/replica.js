import { createHash, randomBytes } from "node:crypto";
import { changesIn, compareChanges, contextOver, mergeInto, purged } from "./merge.js";
import { array, binary, bytesOf, hexOf, integer, jsonValue, uuid } from "./message-pack.js";
import { isWrong } from "./wrong.js";

/* One replica, in memory: what it loses when it ends it gets back by a refresh, under a new server uuid. */

const MASK = 2n ** 64n - 1n;

const mix = (input) => {
  let z = (input + 0x9e3779b97f4a7c15n) & MASK;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return z ^ (z >> 31n);
};

export const randomUuid = () => {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return hexOf(bytes);
};

export const clockMicros = () => Date.now() * 1_000;

const NO_ROW = { seen: 0, purged: 0, at: 0, hash: "0000000000000000" };

/** `[server, seen, purged, [lineageAt, lineageHash]]` */
export const rowBytes = ([server, { seen, purged: gone, at, hash }]) =>
  array(uuid(server), integer(seen), integer(gone), array(integer(at), binary(bytesOf(hash))));

export const saidRows = (rows) => [...rows].filter(([, { seen, purged: gone }]) => seen > 0 || gone > 0);

export const vectorDigest = (rows) => {
  const ascending = saidRows(rows).sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash("sha256")
    .update(array(...ascending.map(rowBytes)))
    .digest("hex");
};

export class Replica {
  domain = randomUuid();
  server = randomUuid();
  /** The vector: server to row. */
  rows = new Map();
  /** Uuid to entry, and to the feed number of its last change here. */
  entries = new Map();
  feed = new Map();
  head = 0;
  /** Feed number to the name of the commit that reached it. */
  commits = new Map([[0, hexOf(randomBytes(8))]]);
  /** Supplier to the cursor that was reached with it, as it came. */
  cursors = new Map();
  #newest = 0;
  #waiting = new Set();

  row(server) {
    return this.rows.get(server) ?? NO_ROW;
  }

  /** Begins anew as a copy of `domain`. */
  clear(domain) {
    Object.assign(this, {
      domain,
      server: randomUuid(),
      rows: new Map(),
      entries: new Map(),
      feed: new Map(),
      cursors: new Map(),
    });
  }

  /** One step: entries, and whatever `also` changes with them. */
  commit(changed, also = () => {}) {
    const name = hexOf(randomBytes(8));
    for (const entry of changed) {
      this.head += 1;
      this.entries.set(entry.uuid, entry);
      this.feed.set(entry.uuid, this.head);
      for (const { ts } of changesIn(entry)) this.#newest = Math.max(this.#newest, ts);
    }
    this.commits.set(this.head, name);
    also(name);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Resolves with the next commit. */
  nextCommit(signal) {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      signal.addEventListener("abort", resolve);
    });
  }

  /** A transaction of this replica: `change` makes entries of a change id. */
  write(change) {
    const own = { server: this.server, ts: Math.max(clockMicros(), this.#newest + 1) };
    this.commit(change(own), (name) => {
      const { at, hash, ...row } = this.row(this.server);
      const next = mix(BigInt(`0x${hash}`) ^ mix(BigInt(own.ts) ^ mix(BigInt(`0x${name}`))));
      this.rows.set(this.server, { ...row, seen: own.ts, at: own.ts, hash: next.toString(16).padStart(16, "0") });
    });
  }

  /** Creates an entry of registers, or writes to the one that there is. */
  put(attributes, id = randomUuid()) {
    this.write((own) => {
      const before = this.entries.get(id) ?? { uuid: id, created: own, attributes: new Map() };
      if (before.deletion) throw new Error(`${id} is deleted`);
      const all = new Map(before.attributes);
      for (const [name, value] of Object.entries(attributes)) {
        const kinds = new Map(all.get(name));
        const context = contextOver(kinds.get("register") ?? [], own.server);
        kinds.set("register", [{ ...own, value: hexOf(jsonValue(value)), context }]);
        all.set(name, kinds);
      }
      return [{ ...before, attributes: all }];
    });
    return id;
  }

  delete(id) {
    const entry = this.entries.get(id);
    if (entry === undefined) throw new Error(`there is no ${id}`);
    this.write((own) => [
      { ...entry, deletion: [{ ...own, value: undefined, context: contextOver(changesIn(entry), own.server) }] },
    ]);
  }

  /** Merges what came, and stores the cursor that it reaches; with `claimed` rows once all of a stream is there. */
  apply(incoming, supplier, cursor, claimed = new Map()) {
    const changed = new Map();
    const get = (id) => changed.get(id) ?? this.entries.get(id);
    for (const entry of incoming) mergeInto(get, (merged) => changed.set(merged.uuid, merged), entry);
    const isNew = (entry) => !isSame(entry, this.entries.get(entry.uuid));
    this.commit([...changed.values()].filter(isNew), () => {
      this.cursors.set(supplier, cursor);
      for (const [server, { seen, at, hash }] of claimed) {
        const own = this.row(server);
        if (seen > own.seen) this.rows.set(server, { ...own, seen, ...(at > own.at && { at, hash }) });
      }
    });
  }

  /** Forgets the marks that a supplier has forgotten, as far as this replica has seen them. */
  purgeAs(rows) {
    const through = new Map();
    for (const [server, theirs] of rows) {
      const own = this.row(server);
      const least = Math.min(theirs.purged, own.seen);
      if (least > own.purged) through.set(server, least);
    }
    if (through.size === 0) return;
    const isDue = ({ server, ts }) => ts <= (through.get(server) ?? 0);
    for (const entry of this.entries.values()) {
      const rest = purged(entry, isDue);
      if (rest) this.entries.set(entry.uuid, rest);
      else for (const all of [this.entries, this.feed]) all.delete(entry.uuid);
    }
    for (const [server, ts] of through) this.rows.set(server, { ...this.row(server), purged: ts });
  }

  /** Entries behind `after` in the feed of which a consumer with the vector `seen` lacks anything. */
  unseen(after, seen) {
    const isUnseen = ({ server, ts }) => ts > (seen.get(server)?.seen ?? 0);
    const lacks = (entry) => {
      if (!isWrong("newest-only")) return [...changesIn(entry)].some(isUnseen);
      return isUnseen([...changesIn(entry)].sort(compareChanges).at(-1));
    };
    const behind = [...this.entries.values()].filter(({ uuid: id }) => this.feed.get(id) > after);
    return behind.sort((left, right) => this.feed.get(left.uuid) - this.feed.get(right.uuid)).filter(lacks);
  }
}

/** Whether merging has changed nothing. */
const isSame = (left, right) => right !== undefined && JSON.stringify(plain(left)) === JSON.stringify(plain(right));

const plain = (value) => {
  if (value instanceof Map) return [...value].sort(([left], [right]) => (left < right ? -1 : 1)).map(plain);
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === "object" ? Object.entries(value).map(plain) : value;
};
