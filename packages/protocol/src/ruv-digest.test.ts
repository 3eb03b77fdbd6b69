import { createHash } from "node:crypto";
import { type ServerUuid, uuidFromBytes } from "@concordat/crdt";
import { expect, test } from "vitest";
import { ruvDigest, ruvWireBytes } from "./ruv-digest.js";

const row = (byte: number, seen: number) => ({
  server: uuidFromBytes<ServerUuid>(new Uint8Array(16).fill(byte)),
  seen,
  purged: 2,
  lineage: { at: seen, hash: 0x0102030405060708n },
});

test("the bytes are the rows of the wire, in the order of the servers' uuids", () => {
  const hex = Buffer.from(ruvWireBytes([row(0xbb, 300), row(0x0a, 1)])).toString("hex");
  const first = `94c410${"0a".repeat(16)}01029201c4080102030405060708`;
  const second = `94c410${"bb".repeat(16)}cd012c0292cd012cc4080102030405060708`;
  expect(hex).toBe(`92${first}${second}`);
});

test("the digest is SHA-256 over them, whatever the order of the rows", () => {
  const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());
  const rows = [row(0xbb, 300), row(0x0a, 1)];
  expect(ruvDigest(rows, sha256)).toEqual(sha256(ruvWireBytes(rows)));
  expect(ruvDigest(rows.toReversed(), sha256)).toEqual(ruvDigest(rows, sha256));
  expect(ruvDigest([row(0xbb, 301), row(0x0a, 1)], sha256)).not.toEqual(ruvDigest(rows, sha256));
});
