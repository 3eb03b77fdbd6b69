import { createHash } from "node:crypto";
import { bytesOf, hexOf, Refused } from "./message-pack.js";
import { isWrong } from "./wrong.js";

/* Merging: docs/protocol.md, section 8. Servers in hex compare like their bytes. */

/** Below zero when `left` is the earlier. */
export const compareChanges = (left, right) =>
  left.ts - right.ts || (left.server === right.server ? 0 : left.server < right.server ? -1 : 1);

/** Whether whoever wrote `version` knew of `change`. */
export const knows = (version, change) =>
  change.ts <= (change.server === version.server ? version.ts : (version.context.get(change.server) ?? 0));

const duplicate = ({ server, ts }) => {
  throw new Refused("duplicate_server_uuid", `the change ${ts} of ${server} comes with two meanings`);
};

const sameVersion = (left, right) =>
  left.value === right.value &&
  left.context.size === right.context.size &&
  [...left.context].every(([server, ts]) => right.context.get(server) === ts);

const mergeRegisters = (left, right) => {
  const all = [...left];
  for (const version of right) {
    const same = left.find((one) => compareChanges(one, version) === 0);
    if (same === undefined) all.push(version);
    else if (!sameVersion(same, version)) duplicate(version);
  }
  const unknown = all.filter((one) => !all.some((other) => other !== one && knows(other, one)));
  return unknown.sort((one, other) => compareChanges(other, one));
};

const mergeElements = (left, right) => {
  const order = compareChanges(left, right);
  if (isWrong("removal-wins") && left.present !== right.present) return left.present ? right : left;
  if (order !== 0) return order > 0 ? left : right;
  return left.present ? left : right;
};

const mergeTotals = (left, right, server) => {
  if (left.ts !== right.ts) return left.ts > right.ts ? left : right;
  const isSame = left.increments === right.increments && left.decrements === right.decrements;
  return isSame ? left : duplicate({ server, ts: left.ts });
};

const mergeMaps = (left, right, merge) => {
  const all = new Map(left);
  for (const [key, theirs] of right) all.set(key, all.has(key) ? merge(all.get(key), theirs, key) : theirs);
  return all;
};

const MERGE = {
  register: (left, right) => mergeRegisters(left, right).slice(0, isWrong("forgets-losers") ? 1 : undefined),
  set: (left, right) => mergeMaps(left, right, mergeElements),
  map: (left, right) => mergeMaps(left, right, mergeRegisters),
  counter: (left, right) => mergeMaps(left, right, mergeTotals),
};

/** What a user's kind means to users is nothing that its merge needs to know. */
const mergeKinds = (left, right) =>
  mergeMaps(left, right, (ours, theirs, kind) => (MERGE[kind] ?? mergeRegisters)(ours, theirs));

const isKnown = ([kind]) => Object.hasOwn(MERGE, kind);
const withoutUnknown = (attributes) =>
  new Map(
    [...attributes]
      .map(([name, kinds]) => [name, new Map([...kinds].filter(isKnown))])
      .filter(([, kinds]) => kinds.size > 0),
  );

/** Two states of one creation. */
const mergeStates = (left, right) => ({
  ...left,
  deletion:
    left.deletion && right.deletion ? mergeRegisters(left.deletion, right.deletion) : (left.deletion ?? right.deletion),
  attributes: mergeMaps(left.attributes, right.attributes, mergeKinds),
});

/** The later of two creations, under the uuid that every node derives for it. */
const asConflict = (entry) => {
  const ts = Buffer.alloc(8);
  ts.writeBigUInt64BE(BigInt(entry.created.ts));
  const hash = createHash("sha1").update(bytesOf(entry.uuid)).update(ts).update(bytesOf(entry.created.server)).digest();
  hash[6] = (hash[6] & 0x0f) | 0x50;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  return { ...entry, uuid: hexOf(hash.subarray(0, 16)), conflictOf: entry.uuid };
};

/** Merges `incoming` into what `get` finds by uuid; `set` takes what changes. */
export const mergeInto = (get, set, received) => {
  const incoming = isWrong("drops-unknown-kinds")
    ? { ...received, attributes: withoutUnknown(received.attributes) }
    : received;
  const local = get(incoming.uuid);
  if (local === undefined) return set(incoming);
  const order = compareChanges(local.created, incoming.created);
  if (order === 0) return set(mergeStates(local, incoming));
  if (order > 0) set(incoming);
  return mergeInto(get, set, asConflict(order > 0 ? local : incoming));
};

/** What a writer on `server` knows who has all of `versions` in front of it: the context of what it writes. */
export const contextOver = (versions, server) => {
  const known = new Map();
  const note = (whose, ts) => {
    if (whose !== server && ts > (known.get(whose) ?? 0)) known.set(whose, ts);
  };
  for (const version of versions) {
    note(version.server, version.ts);
    for (const [whose, ts] of version.context ?? []) note(whose, ts);
  }
  return known;
};

/** Every change in `entry`, with what its writer knew. */
export function* changesIn({ created, deletion, attributes }) {
  yield created;
  yield* deletion ?? [];
  for (const kinds of attributes.values()) {
    for (const [kind, state] of kinds) {
      if (kind === "map") for (const versions of state.values()) yield* versions;
      else if (kind === "set") yield* state.values();
      else if (kind === "counter") for (const [server, { ts }] of state) yield { server, ts };
      else yield* state;
    }
  }
}

/** What is left of `entry` without the marks that `isDue`; `undefined` when it goes as a whole. */
export const purged = (entry, isDue) => {
  const { deletion } = entry;
  const isLost = (change) => deletion !== undefined && !deletion.some((one) => knows(one, change));
  const [, ...held] = changesIn({ ...entry, deletion: undefined });
  if (deletion?.every(isDue) && !held.some(isLost)) return undefined;
  const goes = (change) => isDue(change) && !isLost(change);
  const isMark = (versions) => versions.length === 1 && versions[0].value === undefined && goes(versions[0]);
  const attributes = new Map();
  for (const [name, kinds] of entry.attributes) {
    const [[kind, state]] = kinds;
    const isRegister = !["set", "map", "counter"].includes(kind);
    let rest = state;
    if (kinds.size === 1 && isRegister && isMark(state)) continue;
    if (kinds.size === 1 && kind === "map") rest = new Map([...state].filter(([, versions]) => !isMark(versions)));
    if (kinds.size === 1 && kind === "set")
      rest = new Map([...state].filter(([, element]) => element.present || !goes(element)));
    if (kinds.size > 1) attributes.set(name, kinds);
    else if (isRegister || rest.size > 0) attributes.set(name, new Map([[kind, rest]]));
  }
  return { ...entry, attributes };
};
