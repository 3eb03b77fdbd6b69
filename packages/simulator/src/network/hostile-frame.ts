import {
  DEFAULT_LIMITS,
  decodeMessage,
  encodeMessage,
  FRAME_HEADER_BYTES,
  frameHeader,
  joinedBytes,
  type Message,
} from "@concordat/protocol";
import { SeededRandom } from "../seeded-random.js";
import type { Way } from "./way.js";

/** What a hostile partner puts in the place of a frame: none of it may be accepted. */
export interface HostileFrame {
  /** `invented` is a well-formed message that does not belong where it comes. */
  readonly form: "mutated" | "truncated" | "invented" | "random" | "oversized";
  readonly seed: number;
}

/** The bytes that come in the place of `frame`. */
export const hostileBytes = (frame: Uint8Array, { form, seed }: HostileFrame, way: Way): Uint8Array => {
  const random = SeededRandom.of(seed);
  const payload = frame.subarray(FRAME_HEADER_BYTES);
  switch (form) {
    case "mutated":
      return framed(refusedMutant(payload, random, way));
    case "truncated":
      return framed(payload.subarray(0, random.below(payload.length)));
    case "invented":
      return framed(joinedBytes(encodeMessage(inventedMessage(way))));
    case "random":
      return framed(random.bytes(1 + random.below(64)));
    case "oversized":
      return joinedBytes([frameHeader(DEFAULT_LIMITS.replyFrameBytesMax + 1 + random.below(2 ** 30)), payload]);
  }
};

/** A mutant may say something that is well said and not true, which no receiver can tell: it is one that cannot be read. */
const refusedMutant = (payload: Uint8Array, random: SeededRandom, way: Way): Uint8Array => {
  for (let tries = 0; tries < 50; tries += 1) {
    const mutant = payload.slice();
    for (let damage = random.between(1, 3); damage > 0; damage -= 1)
      mutant[random.below(mutant.length)] = random.below(256);
    if (!isReadable(mutant, way)) return mutant;
  }
  return payload.subarray(0, payload.length - 1);
};

const isReadable = (payload: Uint8Array, way: Way): boolean => {
  try {
    decodeMessage(payload, way, DEFAULT_LIMITS);
    return true;
  } catch {
    return false;
  }
};

/** Of the other role: whoever receives it has never asked for it. */
const inventedMessage = (way: Way): Message => (way === "request" ? { type: "pong" } : { type: "subscribe" });

const framed = (payload: Uint8Array): Uint8Array => joinedBytes([frameHeader(payload.length), payload]);
