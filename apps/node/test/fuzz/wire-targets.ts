import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { type ServerUuid, sameBytes } from "@concordat/crdt";
import {
  DEFAULT_LIMITS,
  type Direction,
  decodeEntry,
  decodeMessage,
  decodeValue,
  encodeEntry,
  encodeMessage,
  encodeValue,
  FrameReader,
  frameHeader,
  joinedBytes,
  ProtocolError,
  readEntryUuid,
  validateEntry,
} from "@concordat/protocol";
import { damaged } from "./byte-damage.js";
import { type FuzzTarget, Violation } from "./fuzz-target.js";
import { MESSAGEPACK } from "./messagepack-tree.js";
import type { Random } from "./random.js";
import { mutatedTree, type Tree } from "./tree.js";

interface Vectors {
  readonly servers?: readonly ServerUuid[];
  readonly vectors: readonly { readonly hex?: string; readonly valid: boolean }[];
}

const readVectors = (file: string): Vectors =>
  JSON.parse(readFileSync(new URL(`../../../../packages/protocol/vectors/${file}.json`, import.meta.url), "utf8"));

/** What vectors of the protocol say; those that must be refused are damaged as they are. */
const corpusOf = (file: string) => {
  const samples = readVectors(file).vectors.flatMap(({ hex = "", valid }) =>
    hex === "" || hex.length > 8_192 ? [] : [{ bytes: new Uint8Array(Buffer.from(hex, "hex")), valid }],
  );
  const trees = samples.filter(({ valid }) => valid).map(({ bytes }) => MESSAGEPACK.parse(bytes));
  return { bytes: samples.map(({ bytes }) => bytes), trees };
};

const inputOf =
  ({ bytes, trees }: { readonly bytes: readonly Uint8Array[]; readonly trees: readonly Tree[] }) =>
  (random: Random): Uint8Array => {
    if (random.oneIn(20)) return random.bytes(1 + random.below(200));
    if (random.oneIn(3)) return damaged(random.pick(bytes), random, 4);
    let tree = random.pick(trees);
    for (let times = random.pick([1, 1, 1, 2, 3]); times > 0; times -= 1)
      tree = mutatedTree(tree, random, trees, MESSAGEPACK.hostile);
    return damaged(MESSAGEPACK.encode(tree), random, random.oneIn(4) ? 1 : 0);
  };

const isRefusal = (error: unknown): boolean =>
  error instanceof ProtocolError && error.blame === "peer" && error.code !== "peer_error";

const valueInput = inputOf(corpusOf("values"));
const entryInput = inputOf(corpusOf("entries"));
const messageInput = inputOf(corpusOf("messages"));

const SERVERS = readVectors("entries").servers ?? [];
const LIMITS = { ...DEFAULT_LIMITS, changeMicrosMax: 2 ** 52, ownIndex: 1 };

const readValue = (input: Uint8Array): boolean => {
  const value = decodeValue(input);
  expectSame(encodeValue(value), input, "a value was accepted in another encoding than its own");
  return true;
};

const readRecord = (input: Uint8Array): boolean => {
  const validated = outcomeOf(() => validateEntry(input, SERVERS, LIMITS).kind);
  const state = outcomeOf(() => decodeEntry(input, SERVERS, LIMITS));
  if (validated instanceof ProtocolError || state instanceof ProtocolError) {
    if (validated instanceof ProtocolError && state instanceof ProtocolError) throw state;
    throw new Violation("a record was accepted by one reader and refused by the other");
  }
  expectSame(
    encodeEntry(state, (server) => SERVERS.indexOf(server)),
    input,
    "a record was accepted in another encoding",
  );
  if (readEntryUuid(input) !== state.uuid) throw new Violation("a record is another entry's than it says");
  return true;
};

const outcomeOf = <T>(read: () => T): T | ProtocolError => {
  try {
    return read();
  } catch (error) {
    if (isRefusal(error)) return error as ProtocolError;
    throw error;
  }
};

const expectSame = (encoded: Uint8Array, input: Uint8Array, message: string): void => {
  if (!sameBytes(encoded, input)) throw new Violation(message);
};

/** Trailing elements are passed over: only what has none comes back byte for byte. */
const readMessage = (input: Uint8Array, direction: Direction): boolean => {
  const message = decodeMessage(input, direction, DEFAULT_LIMITS);
  const encoded = joinedBytes(encodeMessage(message));
  if (encoded.length > input.length) throw new Violation("a message was read that takes more bytes than there were");
  if (encoded.length === input.length) {
    expectSame(encoded, input, "a message was accepted in another encoding than its own");
  } else if (!isDeepStrictEqual(decodeMessage(encoded, direction, DEFAULT_LIMITS), message)) {
    throw new Violation("a message says something else once it was encoded again");
  }
  return true;
};

/** Frames in pieces of any size: what comes out is what went in, or an error, and never more is held than was pushed. */
const readFrames = (input: Uint8Array, random: Random): boolean => {
  const reader = new FrameReader({ frameBytesMax: 4_096 });
  let taken = 0;
  for (let at = 0; at < input.length; ) {
    const piece = input.slice(at, at + 1 + random.below(64));
    reader.push(piece);
    at += piece.length;
    for (let payload = reader.next(); payload; payload = reader.next()) {
      const header = frameHeader(payload.length);
      expectSame(input.slice(taken, taken + 4), header, "a frame of another length than its header says");
      expectSame(payload, input.slice(taken + 4, taken + 4 + payload.length), "a frame of other bytes than came");
      taken += 4 + payload.length;
    }
    if (reader.pendingBytes !== at - taken) throw new Violation(`${reader.pendingBytes} bytes held of ${at - taken}`);
  }
  return true;
};

const framesInput = (random: Random): Uint8Array => {
  const frames = Array.from({ length: 1 + random.below(4) }, () => {
    const payload = entryInput(random);
    return Buffer.concat([frameHeader(payload.length), payload]);
  });
  return damaged(Buffer.concat(frames), random, 2);
};

const bytesOf = (input: Uint8Array | string): Uint8Array => input as Uint8Array;

export const WIRE_TARGETS: readonly FuzzTarget[] = [
  { name: "values", share: 200, input: valueInput, read: (input) => readValue(bytesOf(input)), isRefusal },
  { name: "entry records", share: 350, input: entryInput, read: (input) => readRecord(bytesOf(input)), isRefusal },
  {
    name: "requests",
    share: 70,
    input: messageInput,
    read: (input) => readMessage(bytesOf(input), "request"),
    isRefusal,
  },
  {
    name: "replies",
    share: 130,
    input: messageInput,
    read: (input) => readMessage(bytesOf(input), "reply"),
    isRefusal,
  },
  {
    name: "frames",
    share: 50,
    input: framesInput,
    read: (input, random) => readFrames(bytesOf(input), random),
    isRefusal,
  },
];
