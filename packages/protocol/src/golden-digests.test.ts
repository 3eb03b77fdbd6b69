import { createHash } from "node:crypto";
import { conflictUuid, extendLineage, NO_LINEAGE, type ServerUuid, type Uuid } from "@concordat/crdt";
import { describe, expect, test } from "vitest";
import { ruvDigest, ruvWireBytes, type WireRuvRow } from "./index.js";
import { bytesOf, hexOf, vectorFile } from "./testing/vector-file.js";

interface RowNotation {
  readonly server: ServerUuid;
  readonly seen: number;
  readonly purged: number;
  readonly lineage: { readonly at: number; readonly hash: string };
}

type DigestVector = { readonly name: string; readonly meaning: string } & (
  | { readonly of: "vector"; readonly rows: readonly RowNotation[]; readonly bytes: string; readonly digest: string }
  | { readonly of: "stream"; readonly records: readonly string[]; readonly digest: string }
  | { readonly of: "lineage"; readonly changes: readonly { ts: number; commit: string }[]; readonly hash: string }
  | {
      readonly of: "derived-uuid";
      readonly uuid: Uuid;
      readonly createdAt: { readonly server: ServerUuid; readonly ts: number };
      readonly derived: Uuid;
    }
);

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();
const rowOf = ({ lineage: { at, hash }, ...row }: RowNotation): WireRuvRow => ({
  ...row,
  lineage: { at, hash: BigInt(`0x${hash}`) },
});

describe("digests", () => {
  test.each(vectorFile<{ vectors: DigestVector[] }>("digests").vectors)("$name: $meaning", (vector) => {
    switch (vector.of) {
      case "vector": {
        const rows = vector.rows.map(rowOf);
        expect(hexOf(ruvWireBytes(rows))).toBe(vector.bytes);
        expect(hexOf(ruvDigest(rows, sha256))).toBe(vector.digest);
        break;
      }
      case "stream":
        expect(hexOf(sha256(bytesOf(vector.records.join(""))))).toBe(vector.digest);
        break;
      case "lineage": {
        const { hash } = vector.changes.reduce(
          (at, { ts, commit }) => extendLineage(at, ts, bytesOf(commit)),
          NO_LINEAGE,
        );
        expect(hash.toString(16).padStart(16, "0")).toBe(vector.hash);
        break;
      }
      case "derived-uuid":
        expect(conflictUuid(vector.uuid, vector.createdAt)).toBe(vector.derived);
    }
  });
});
