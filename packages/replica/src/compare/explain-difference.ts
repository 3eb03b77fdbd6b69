import { type EntryState, purgeableSince, type Ruv, sameBytes, seenIn, type Uuid } from "@concordat/crdt";
import type { DigestEntry } from "@concordat/protocol";
import type { Difference, Explanation } from "../comparison.js";

/** What one side has of an entry, with the vector of the moment at which it has it. */
export interface SeenEntry {
  /** `undefined` where it has none. */
  readonly entry: DigestEntry | undefined;
  readonly ruv: Ruv;
}

export interface EntryHere extends SeenEntry {
  readonly state: EntryState | undefined;
}

/** How an entry differs, and what explains it; `undefined` when it is the same by now. Pure. Protocol, section 7.6. */
export const explainDifference = (uuid: Uuid, here: EntryHere, there: SeenEntry): Difference | undefined => {
  if (here.entry === undefined && there.entry === undefined) return undefined;
  if (here.entry && there.entry && sameBytes(here.entry.digest, there.entry.digest)) return undefined;
  const where = there.entry === undefined ? "only-here" : here.entry === undefined ? "only-there" : "different";
  const attributes = where === "different" ? differingAttributes(here.entry, there.entry) : undefined;
  return { uuid, where, attributes, explained: explanationOf(here, there) };
};

const explanationOf = (here: EntryHere, there: SeenEntry): Explanation | undefined => {
  if (isBeyond(there.entry, here.ruv)) return "not-pulled-here";
  if (isBeyond(here.entry, there.ruv)) return "not-pulled-there";
  return isPurged(here, there) ? "purged" : undefined;
};

/** Whether the entry knows a change that a replica with that vector has not seen. */
const isBeyond = (entry: DigestEntry | undefined, ruv: Ruv): boolean => {
  const seen = seenIn(ruv);
  return entry?.newest.some(({ server, ts }) => ts > seen(server)) ?? false;
};

const isPurged = (here: EntryHere, there: SeenEntry): boolean => {
  if (there.entry === undefined) return isPurgedTombstone(here.entry, there.ruv);
  if (here.entry === undefined) return isPurgedTombstone(there.entry, here.ruv);
  const horizon = Math.max(0, ...[...there.ruv.values()].map(({ purged }) => purged));
  if (here.state && (purgeableSince(here.state) ?? Number.POSITIVE_INFINITY) <= horizon) return true;
  // What was purged here is a removed attribute, of which nothing is left.
  return purgedHere(here, there);
};

const purgedHere = (here: EntryHere, there: SeenEntry): boolean => {
  const ours = new Set(here.entry?.attributes?.map(({ name }) => name));
  const differing = differingAttributes(here.entry, there.entry) ?? [];
  const isBehind = [...here.ruv].some(([server, { purged }]) => purged > (there.ruv.get(server)?.purged ?? 0));
  return isBehind && differing.length > 0 && differing.every((name) => !ours.has(name));
};

const isPurgedTombstone = (entry: DigestEntry | undefined, ruv: Ruv): boolean =>
  entry?.kind === "tombstone" && entry.newest.some(({ server, ts }) => ts <= (ruv.get(server)?.purged ?? 0));

const differingAttributes = (
  here: DigestEntry | undefined,
  there: DigestEntry | undefined,
): readonly string[] | undefined => {
  if (here?.attributes === undefined || there?.attributes === undefined) return undefined;
  const ours = new Map(here.attributes.map(({ name, digest }) => [name, digest] as const));
  const theirs = new Map(there.attributes.map(({ name, digest }) => [name, digest] as const));
  const names = [...new Set([...ours.keys(), ...theirs.keys()])];
  return names.filter((name) => !sameOrAbsent(ours.get(name), theirs.get(name))).sort();
};

const sameOrAbsent = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && sameBytes(a, b);
