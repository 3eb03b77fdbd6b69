import { newestCommonChange, type Ruv, type RuvRow } from "@concordat/crdt";
import {
  type Begin,
  type Channel,
  type Conversation,
  decodeEntry,
  exchangeHello,
  type Hello,
  openConversation,
  type ProtocolLimits,
  type Reply,
} from "@concordat/protocol";
import { type Database, EMPTY_ROW } from "../database/database.js";
import { entryKey } from "../database/key-space.js";
import { stateOf } from "../database/stored-state.js";
import type { CreateHash } from "../ports/hash.js";
import { wireRows } from "../session/remembered-ruv.js";
import { readStream } from "../session/stream-reader.js";

export interface CommonHistoryContext {
  readonly createHash: CreateHash;
  readonly limits: ProtocolLimits;
  readonly hello: (origin: string) => Hello;
}

/**
 * Up to when, in microseconds, at least `after` and before `before`, the partner on `channel` has the same history of this server
 * uuid as `database`. Asks the partner for all that it has of that uuid after `after`, or for everything where it has purged more than
 * that, and looks for changes that are here too; applies nothing. `undefined` when the partner does not tell.
 *
 * @throws ProtocolError as a pull does.
 */
export const commonHistoryUntil = async (
  context: CommonHistoryContext,
  channel: Channel,
  database: Database,
  { after, before }: { readonly after: number; readonly before: number },
): Promise<number | undefined> => {
  const { createHash, limits, hello } = context;
  const conversation = openConversation(channel, { role: "consumer", limits });
  const { serverUuid: supplier, domainUuid } = await exchangeHello(conversation, hello(channel.partner));
  if (domainUuid !== database.domainUuid) return undefined;
  const rows = wireRows(rowsUntil(database, after));
  await conversation.send({ type: "incremental", domainUuid, cursor: undefined, rows, frozenDigest: undefined });
  const begin = await beginOf(conversation);
  if (begin?.type === "no-changes") return after;
  if (begin?.type !== "begin") return undefined;
  let until = after;
  for await (const { chunk } of readStream({ conversation, supplier, begin, createHash })) {
    until = Math.max(until, await newestCommon(database, begin, chunk?.records ?? [], before));
  }
  return until;
};

/** What it answers; where it has purged beyond what is asked for, which it then tells nothing of, what it has at all. */
const beginOf = async (conversation: Conversation<"consumer">): Promise<Reply | undefined> => {
  const reply = await conversation.receive();
  if (reply?.type !== "refresh-required") return reply;
  await conversation.send({ type: "refresh", cursor: undefined });
  return conversation.receive();
};

/** The first microsecond of 1970. */
const BEFORE_ALL_CHANGES = 1;

/** The vector as it would be if this replica knew of its own changes up to `after` alone. */
const rowsUntil = ({ state, serverUuid }: Database, after: number): Ruv => {
  const own: RuvRow = state.ruv.get(serverUuid) ?? EMPTY_ROW;
  return new Map(state.ruv).set(serverUuid, {
    ...own,
    // Of a vector that has no server in common with its own, the partner would tell nothing at all.
    seen: Math.max(BEFORE_ALL_CHANGES, Math.min(own.seen, after)),
    purged: Math.min(own.purged, after),
  });
};

const newestCommon = async (
  database: Database,
  begin: Begin,
  records: readonly Uint8Array[],
  before: number,
): Promise<number> => {
  const theirs = records.map((record) => decodeEntry(record, begin.servers, database.limits));
  const stored = await database.store.getMany(theirs.map(({ uuid }) => entryKey(uuid)));
  let newest = 0;
  theirs.forEach((state, index) => {
    const value = stored[index];
    if (value === undefined) return;
    const mine = stateOf(database, value);
    newest = Math.max(newest, newestCommonChange(mine, state, { server: database.serverUuid, before }));
  });
  return newest;
};
