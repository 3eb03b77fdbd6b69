import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { mergeInto } from "../src/merge.js";
import { bytesOf, hexOf, Reader, Refused } from "../src/message-pack.js";
import { readMessage, TYPE } from "../src/messages.js";
import { readRecord, writeRecord } from "../src/record.js";
import { vectorDigest } from "../src/replica.js";

/* The vectors of the protocol, read by a peer that shares no code with the project. */

const file = (name) =>
  JSON.parse(readFileSync(new URL(`../../../packages/protocol/vectors/${name}.json`, import.meta.url), "utf8"));

const entries = file("entries");
const servers = entries.servers.map((server) => server.replaceAll("-", ""));

const codeOf = (run) => {
  try {
    run();
    return "accepted";
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
};

const READ = {
  value: (bytes) => {
    const reader = new Reader(bytes);
    const value = reader.value();
    if (!reader.isAtEnd) throw new Refused("shape", "bytes after the value");
    return value;
  },
  entry: (bytes) =>
    hexOf(writeRecord(readRecord(bytes, servers, entries.changeMicrosMax), (one) => servers.indexOf(one))),
  request: (bytes) => readMessage(bytes, [TYPE.hello, TYPE.ping, TYPE.incremental, TYPE.refresh, TYPE.subscribe]),
  reply: (bytes) => readMessage(bytes, [TYPE.hello, ...Object.values(TYPE).filter((type) => type >= TYPE.pong)]),
};

const expectOutcome = ({ hex, error, decodeOnly }, read, writesAgain) => {
  if (error) return expect(codeOf(() => read(bytesOf(hex)))).toBe(error);
  const outcome = read(bytesOf(hex));
  if (writesAgain && !decodeOnly) expect(outcome).toBe(hex);
  return undefined;
};

test.each(file("values").vectors)("value $name: $meaning", (vector) => expectOutcome(vector, READ.value, true));
test.each(entries.vectors)("entry $name: $meaning", (vector) => expectOutcome(vector, READ.entry, true));

/** What this peer does not announce: it need not know it, and refuses it as what it does not know. */
const isDigest = ({ message, name }) => message?.type?.startsWith("digest") || name.startsWith("digest");
test.each(file("messages").vectors.filter((vector) => !isDigest(vector)))("message $name: $meaning", (vector) =>
  expectOutcome(vector, READ[vector.direction], false),
);

describe("limits", () => {
  const bytesOfPiece = (piece) => {
    if (typeof piece === "string") return bytesOf(piece);
    const numbered = (_, index) => piece.of.replace("########", index.toString(16).padStart(8, "0"));
    if (piece.of.includes("########")) return bytesOf(Array.from({ length: piece.repeat }, numbered).join(""));
    return Buffer.alloc((piece.repeat * piece.of.length) / 2, piece.of, "hex");
  };
  const known = file("limits").vectors.filter(
    ({ reads, limit }) => reads !== "frame" && !/DIGEST_[A-Z]+_|_DIGEST/.test(limit),
  );
  test.each(known)("$name: $meaning", ({ pieces, reads, direction, error }) => {
    const bytes = Buffer.concat(pieces.map(bytesOfPiece));
    expect(codeOf(() => READ[direction ?? reads](bytes))).toBe(error ?? "accepted");
  });
});

const merges = file("merges");
test.each(merges.vectors)("merge $name: $meaning", ({ left, right, joined, error }) => {
  const merged = (...records) => {
    const held = new Map();
    for (const record of records) {
      const entry = readRecord(bytesOf(record), servers, Number.MAX_SAFE_INTEGER);
      mergeInto(
        (id) => held.get(id),
        (one) => held.set(one.uuid, one),
        entry,
      );
    }
    return [...held.values()].map((entry) => hexOf(writeRecord(entry, (one) => servers.indexOf(one)))).sort();
  };
  if (error) return expect(codeOf(() => merged(left, right))).toBe(error);
  expect(merged(left, right)).toEqual([...joined].sort());
  expect(merged(right, left, right, left)).toEqual([...joined].sort());
  return undefined;
});

test.each(file("digests").vectors.filter(({ of }) => of === "vector"))("digest $name: $meaning", ({ rows, digest }) => {
  const row = ({ server, seen, purged, lineage }) => [server.replaceAll("-", ""), { seen, purged, ...lineage }];
  expect(vectorDigest(new Map(rows.map(row)))).toBe(digest);
});

test.each(file("digests").vectors.filter(({ of }) => of === "stream"))(
  "digest $name: $meaning",
  ({ records, digest }) => {
    expect(
      createHash("sha256")
        .update(bytesOf(records.join("")))
        .digest("hex"),
    ).toBe(digest);
  },
);
