import { UUID_BYTES, type Uuid, uuidFromBytes, uuidToBytes } from "@concordat/crdt";
import { Problem } from "./problem.js";

/** Where a listing goes on: opaque to clients, so that it may come to hold more than the last uuid. */
export const encodeListCursor = (after: Uuid): string =>
  Buffer.from([FORMAT, ...uuidToBytes(after)]).toString("base64url");

/** @throws Problem `invalid_cursor`. */
export const decodeListCursor = (cursor: string): Uuid => {
  const bytes = Buffer.from(cursor, "base64url");
  const isOurs = bytes.length === 1 + UUID_BYTES && bytes[0] === FORMAT && bytes.toString("base64url") === cursor;
  if (isOurs) return uuidFromBytes<Uuid>(bytes, 1);
  throw new Problem(
    "invalid_cursor",
    "cursor is not one that this API gave: take it from `next`, or leave it out to start anew",
  );
};

const FORMAT = 1;
