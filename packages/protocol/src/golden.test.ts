import { readFileSync } from "node:fs";
import type { ServerUuid, Value } from "@concordat/crdt";
import { describe, expect, test } from "vitest";
import { decodeEntry } from "./decode-entry.js";
import { decodeMessage } from "./decode-message.js";
import { encodeEntry } from "./encode-entry.js";
import { encodeMessage } from "./encode-message.js";
import { DEFAULT_LIMITS } from "./limits.js";
import type { Message } from "./message.js";
import { MESSAGE_TYPES } from "./message-type.js";
import { ProtocolError } from "./protocol-error.js";
import {
  type EntryVector,
  entryFromNotation,
  fromNotation,
  type MessageVector,
  type ValueVector,
} from "./testing/vector-notation.js";
import { decodeValue, encodeValue } from "./value.js";

/* The vectors ship with docs/protocol.md. Those of a released version are never edited. */

const vectorsIn = <T>(file: string): T =>
  JSON.parse(readFileSync(new URL(`../vectors/${file}.json`, import.meta.url), "utf8")) as T;

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const hexOf = (...parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString("hex");

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError && error.blame === "peer") return error.code;
    throw error;
  }
  return "accepted";
};

describe("values", () => {
  const { vectors } = vectorsIn<{ vectors: ValueVector[] }>("values");
  test.each(vectors.filter(({ error }) => error === undefined))("$name: $meaning", ({ hex, value }) => {
    expect(hexOf(encodeValue(fromNotation(value) as Value))).toBe(hex);
    expect(hexOf(encodeValue(decodeValue(bytesOf(hex))))).toBe(hex);
  });
  test.each(vectors.filter(({ error }) => error !== undefined))("refused: $name, $meaning", ({ hex, error }) => {
    expect(codeOf(() => decodeValue(bytesOf(hex)))).toBe(error);
  });
});

describe("entries", () => {
  const { servers, changeMicrosMax, vectors } = vectorsIn<{
    servers: ServerUuid[];
    changeMicrosMax: number;
    vectors: EntryVector[];
  }>("entries");
  const limits = { ...DEFAULT_LIMITS, changeMicrosMax };
  test.each(vectors.filter(({ error }) => error === undefined))("$name: $meaning", ({ hex, entry }) => {
    const state = entryFromNotation(entry as NonNullable<EntryVector["entry"]>, servers);
    expect(hexOf(encodeEntry(state, (server) => servers.indexOf(server)))).toBe(hex);
    expect(decodeEntry(bytesOf(hex), servers, limits)).toEqual(state);
  });
  test.each(vectors.filter(({ error }) => error !== undefined))("refused: $name, $meaning", ({ hex, error }) => {
    expect(codeOf(() => decodeEntry(bytesOf(hex), servers, limits))).toBe(error);
  });
});

describe("messages", () => {
  const { vectors } = vectorsIn<{ vectors: (MessageVector & { decodeOnly?: boolean })[] }>("messages");
  const accepted = vectors.filter(({ error }) => error === undefined);
  test.each(accepted)("$name: $meaning", ({ hex, message, direction, decodeOnly }) => {
    const expected = fromNotation(message) as Message;
    expect(decodeMessage(bytesOf(hex), direction, DEFAULT_LIMITS)).toEqual(expected);
    if (!decodeOnly) expect(hexOf(...encodeMessage(expected))).toBe(hex);
  });
  test.each(vectors.filter(({ error }) => error !== undefined))(
    "refused: $name, $meaning",
    ({ hex, direction, error }) => {
      expect(codeOf(() => decodeMessage(bytesOf(hex), direction, DEFAULT_LIMITS))).toBe(error);
    },
  );
  test("every message has a vector", () => {
    const types = accepted.map(({ message }) => (message as Message).type);
    expect(new Set(types)).toEqual(new Set(Object.keys(MESSAGE_TYPES)));
  });
});
