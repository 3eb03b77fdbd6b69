import type { ServerUuid, Value } from "@concordat/crdt";
import { describe, expect, test } from "vitest";
import { decodeEntry } from "./decode-entry.js";
import { decodeMessage } from "./decode-message.js";
import { encodeEntry } from "./encode-entry.js";
import { encodeMessage } from "./encode-message.js";
import { FrameReader } from "./frame.js";
import { DEFAULT_LIMITS } from "./limits.js";
import type { Message } from "./message.js";
import { MESSAGE_TYPES } from "./message-type.js";
import { bytesOf, codeOf, hexOf, vectorFile } from "./testing/vector-file.js";
import {
  type EntryVector,
  entryFromNotation,
  fromNotation,
  type MessageVector,
  type ValueVector,
  type Vector,
} from "./testing/vector-notation.js";
import { decodeValue, encodeValue } from "./value.js";

describe("values", () => {
  const { vectors } = vectorFile<{ vectors: ValueVector[] }>("values");
  test.each(vectors.filter(({ error }) => error === undefined))("$name: $meaning", ({ hex, value }) => {
    expect(hexOf(encodeValue(fromNotation(value) as Value))).toBe(hex);
    expect(hexOf(encodeValue(decodeValue(bytesOf(hex))))).toBe(hex);
  });
  test.each(vectors.filter(({ error }) => error !== undefined))("refused: $name, $meaning", ({ hex, error }) => {
    expect(codeOf(() => decodeValue(bytesOf(hex)))).toBe(error);
  });
});

describe("entries", () => {
  const { servers, changeMicrosMax, vectors } = vectorFile<{
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
  const { vectors } = vectorFile<{ vectors: (MessageVector & { decodeOnly?: boolean })[] }>("messages");
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
  test("every message has a vector, and so has its refusal without its last field", () => {
    const types = Object.keys(MESSAGE_TYPES);
    expect(new Set(accepted.map(({ message }) => (message as Message).type))).toEqual(new Set(types));
    const fieldless = ["ping", "subscribe", "pong", "no-changes", "changed"];
    const cut = types.filter((type) => !fieldless.includes(type)).map((type) => `${type}-cut`);
    const names = new Set(vectors.map(({ name }) => name.replace("field-missing", "refresh-cut")));
    expect(cut.filter((name) => !names.has(name))).toEqual([]);
  });
});

interface FrameVector extends Vector {
  readonly frameBytesMax: number;
  readonly payloads?: readonly string[];
  readonly pendingBytes?: number;
}

describe("frames", () => {
  const { vectors } = vectorFile<{ vectors: FrameVector[] }>("frames");
  const read = ({ hex, frameBytesMax }: FrameVector, pieceBytes: number) => {
    const reader = new FrameReader({ frameBytesMax });
    const payloads: string[] = [];
    const bytes = bytesOf(hex);
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      reader.push(bytes.slice(at, at + pieceBytes));
      for (let payload = reader.next(); payload; payload = reader.next()) payloads.push(hexOf(payload));
    }
    return { payloads, pendingBytes: reader.pendingBytes };
  };
  describe.each([1, 3, Number.MAX_SAFE_INTEGER])("in pieces of %d bytes", (pieceBytes) => {
    test.each(vectors)("$name: $meaning", (vector) => {
      const { payloads, pendingBytes, error } = vector;
      if (error) expect(codeOf(() => read(vector, pieceBytes))).toBe(error);
      else expect(read(vector, pieceBytes)).toEqual({ payloads, pendingBytes });
    });
  });
});

describe("all vectors", () => {
  const FILES = ["values", "entries", "messages", "frames", "limits", "digests", "merges", "successors"];
  test.each(FILES)("%s: each has a name of its own and says what it is for, or what it is", (file) => {
    const { vectors } = vectorFile<{ vectors: Vector[] }>(file);
    expect(vectors.length).toBeGreaterThan(0);
    expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length);
    expect(vectors.filter(({ name, meaning }) => !/^[a-z0-9-]+$/.test(name) || meaning === undefined)).toEqual([]);
  });

  /** What strangers have done to decoders of MessagePack, and the vectors that show that it is refused. */
  const HOSTILE: Readonly<Record<string, readonly string[]>> = {
    "references that occupy a decoder for minutes": ["values/extension-reference", "messages/record-reference"],
    "record definitions of another library": ["values/extension-record", "entries/extension-reference"],
    "extensions of every form": ["values/extension-8", "values/extension-16", "values/extension-32"],
    "extensions in what is passed over": ["messages/trailing-extension", "messages/trailing-timestamp"],
    "nesting that costs memory, or the stack": ["limits/depth-bomb", "limits/depth-bomb-passed-over"],
    "a byte after a large message": ["limits/record-large-left-over", "messages/left-over", "entries/left-over"],
    "small maps that cost more than they weigh": ["limits/containers-beyond", "limits/containers-in-record-beyond"],
    "texts that are not UTF-8": ["values/utf8-overlong", "entries/name-utf8", "messages/hello-software-utf8"],
    "an integer in 64 bits that is 5": ["values/long-uint64", "entries/value-integer-64-for-5"],
    "keys that collide as texts": ["values/key-one-and-text-one", "messages/key-1-and-text-1"],
    "the code that is never used": ["values/unused-code", "entries/unused-code", "messages/trailing-unused-code"],
    "counts and lengths beyond the end": ["values/array-bomb", "values/text-bomb", "messages/records-bomb"],
    "a header that claims more than there is": ["frames/largest-length", "frames/too-large"],
  };
  test.each(Object.entries(HOSTILE))("refuse %s", (_, names) => {
    for (const name of names) {
      const [file = "", vector] = name.split("/");
      const { vectors } = vectorFile<{ vectors: Vector[] }>(file);
      expect(vectors.find((one) => one.name === vector)?.error, name).toBeDefined();
    }
  });
});
