import {
  asConflict,
  compareChangeIds,
  DuplicateChangeError,
  type EntryState,
  mergeEntry,
  type ServerUuid,
  sameCreation,
} from "@concordat/crdt";
import { describe, expect, test } from "vitest";
import { decodeEntry } from "./decode-entry.js";
import { encodeEntry } from "./encode-entry.js";
import { DEFAULT_LIMITS } from "./limits.js";
import { bytesOf, hexOf, vectorFile } from "./testing/vector-file.js";

interface MergeVector {
  readonly name: string;
  readonly meaning: string;
  readonly left: string;
  readonly right: string;
  readonly joined?: readonly string[];
  readonly error?: string;
}

const { servers, vectors } = vectorFile<{ servers: ServerUuid[]; vectors: MergeVector[] }>("merges");
const read = (hex: string): EntryState => decodeEntry(bytesOf(hex), servers, DEFAULT_LIMITS);
const written = (state: EntryState): string => hexOf(encodeEntry(state, (server) => servers.indexOf(server)));

/** The records that two states of one uuid become: two where they are two creations. */
const join = (left: EntryState, right: EntryState): EntryState[] => {
  if (sameCreation(left, right)) return [mergeEntry(left, right)];
  return compareChangeIds(left.createdAt, right.createdAt) < 0 ? [left, asConflict(right)] : [right, asConflict(left)];
};

describe("merges", () => {
  test.each(vectors.filter(({ error }) => error === undefined))("$name: $meaning", ({ left, right, joined }) => {
    expect(join(read(left), read(right)).map(written)).toEqual(joined);
    expect(join(read(right), read(left)).map(written)).toEqual(joined);
    const [first = ""] = joined ?? [];
    expect(join(read(first), read(left))[0]).toEqual(read(first));
    expect(join(read(first), read(right))[0]).toEqual(read(first));
  });
  test.each(vectors.filter(({ error }) => error !== undefined))("refused: $name, $meaning", ({ left, right }) => {
    expect(() => join(read(left), read(right))).toThrow(DuplicateChangeError);
    expect(() => join(read(right), read(left))).toThrow(DuplicateChangeError);
  });
});
