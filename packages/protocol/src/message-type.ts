import type { Message } from "./message.js";

/**
 * The first element of every message. Stable: requests from 1, replies from 16, what both say at the ends of the
 * range. A number is never given to another message.
 */
export const MESSAGE_TYPES = {
  hello: 0,
  ping: 1,
  incremental: 2,
  refresh: 3,
  subscribe: 4,
  digest: 5,
  pong: 16,
  "domain-mismatch": 17,
  "no-changes": 18,
  "refresh-required": 19,
  unwilling: 20,
  begin: 21,
  chunk: 22,
  end: 23,
  changed: 24,
  digests: 25,
  error: 31,
} as const satisfies Record<Message["type"], number>;

const TYPE_NAMES = new Map<number, Message["type"]>(
  Object.entries(MESSAGE_TYPES).map(([name, number]) => [number, name as Message["type"]]),
);

export const messageTypeOf = (number: number): Message["type"] | undefined => TYPE_NAMES.get(number);

/** Who says what after `Hello`; either side says `error`. */
export type Direction = "request" | "reply";

export const belongsTo = (type: Message["type"], direction: Direction): boolean => {
  const number = MESSAGE_TYPES[type];
  if (type === "hello" || type === "error") return true;
  return number < MESSAGE_TYPES.pong === (direction === "request");
};
