import { type ServerUuid, sameBytes } from "@concordat/crdt";
import { type Begin, type Chunk, type Conversation, type Cursor, type End, ProtocolError } from "@concordat/protocol";
import type { CreateHash } from "../ports/hash.js";
import { comparePlaces, type FeedPlace, placeOfCursor } from "./feed-place.js";
import { RecordsDigest } from "./records-digest.js";

/** A stream that a supplier has begun. */
export interface StreamSource {
  readonly conversation: Conversation<"consumer">;
  readonly supplier: ServerUuid;
  readonly begin: Begin;
  readonly createHash: CreateHash;
}

/** A chunk, and the `End` when it is the last one. */
export interface StreamStep {
  readonly chunk: Chunk | undefined;
  readonly end: End | undefined;
}

/**
 * The stream after `Begin`, a chunk at a time. The last chunk comes with its `End`, count and digest checked, so that
 * the vector can be claimed in the same transaction and never before.
 *
 * @throws ProtocolError `connection_lost`, `unexpected_message`, `stream_digest`; `shape` for a cursor that is not the
 * supplier's, does not advance, or passes the head: what lies behind it would never be asked for again.
 */
export async function* readStream({
  conversation,
  supplier,
  begin,
  createHash,
}: StreamSource): AsyncGenerator<StreamStep> {
  const digest = new RecordsDigest(createHash);
  let reached: FeedPlace = { sequence: 0, scanned: undefined };
  let pending: Chunk | undefined;
  for (;;) {
    const message = await nextOf(conversation);
    if (message.cursor.server !== supplier) throw badCursor(message.cursor, "is of another server");
    if (message.type === "end") {
      checkEnd(message, begin, digest);
      yield { chunk: pending, end: message };
      return;
    }
    const place = placeOfCursor(message.cursor);
    if (place.sequence > begin.head) throw badCursor(message.cursor, "passes the head of its stream");
    if (comparePlaces(place, reached) <= 0) throw badCursor(message.cursor, "is not beyond the one before");
    reached = place;
    digest.add(message.records);
    if (pending) yield { chunk: pending, end: undefined };
    pending = message;
  }
}

const nextOf = async (conversation: Conversation<"consumer">): Promise<Chunk | End> => {
  const message = await conversation.receive();
  if (message === undefined) {
    throw new ProtocolError("connection_lost", "the partner ended the connection in the middle of a stream", {
      blame: "network",
    });
  }
  if (message.type === "chunk" || message.type === "end") return message;
  throw new ProtocolError("unexpected_message", `the partner sent ${message.type} in the middle of a stream`, {
    blame: "peer",
  });
};

const checkEnd = (end: End, begin: Begin, digest: RecordsDigest): void => {
  const isAtHead = end.cursor.sequence === begin.head && end.cursor.scan === undefined;
  if (end.count === digest.count && sameBytes(end.digest, digest.digest()) && isAtHead) return;
  throw new ProtocolError(
    "stream_digest",
    `the stream had ${digest.count} entries and its end speaks of ${end.count}, or of other bytes: nothing more of it is applied`,
    { blame: "peer", retryable: true },
  );
};

const badCursor = ({ server, sequence }: Cursor, problem: string): ProtocolError =>
  new ProtocolError("shape", `the partner sent a cursor, ${sequence} of ${server}, that ${problem}`, { blame: "peer" });
