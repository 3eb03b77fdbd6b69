import { type EntryState, newestChangesByServer } from "@concordat/crdt";
import { DIGEST_ATTRIBUTES_MAX, type DigestEntry } from "@concordat/protocol";
import type { CreateHash } from "../ports/hash.js";
import { neutralRecord } from "../read/neutral-record.js";

/** What the wire carries of the digest of a run or an entry, and of an attribute. */
const DIGEST_BYTES = 16;
const ATTRIBUTE_DIGEST_BYTES = 8;

/** 32 bytes: equal exactly where two replicas hold the same of an entry. */
export const entryDigest = (state: EntryState, createHash: CreateHash): Uint8Array => {
  const hash = createHash();
  hash.update(neutralRecord(state));
  return hash.digest();
};

export const cutDigest = (digest: Uint8Array): Uint8Array => new Uint8Array(digest.subarray(0, DIGEST_BYTES));

/** What is told of one entry in detail. */
export const digestEntryOf = (state: EntryState, createHash: CreateHash): DigestEntry => ({
  uuid: state.uuid,
  kind: state.kind,
  digest: cutDigest(entryDigest(state, createHash)),
  newest: [...newestChangesByServer(state)].map(([server, ts]) => ({ server, ts })),
  attributes: attributeDigests(state, createHash),
});

/** Each by a state that has this attribute and no other. */
const attributeDigests = (state: EntryState, createHash: CreateHash): DigestEntry["attributes"] => {
  if (state.attributes.size > DIGEST_ATTRIBUTES_MAX) return undefined;
  return [...state.attributes].map(([name, attribute]) => {
    const digest = entryDigest({ ...state, attributes: new Map([[name, attribute]]) }, createHash);
    return { name, digest: new Uint8Array(digest.subarray(0, ATTRIBUTE_DIGEST_BYTES)) };
  });
};
