import { claimedRows, diffRuv, type Ruv, type Seen, seenIn } from "@concordat/crdt";
import {
  type Begin,
  type Conversation,
  type Cursor,
  type EntryLimits,
  type Hello,
  ProtocolError,
  type ProtocolLimits,
} from "@concordat/protocol";
import { announce } from "../database/announce.js";
import type { Database } from "../database/database.js";
import { strayClaims } from "../database/own-history.js";
import { COMMIT_NAME_BYTES } from "../database/rows.js";
import { unclaimedOperation, withStream } from "../database/unclaimed-streams.js";
import { WriteBatch } from "../database/write-batch.js";
import { evidenceOfChange, forkEvidence } from "../fork/fork-evidence.js";
import { isStray } from "../fork/stray-lag.js";
import type { CreateHash } from "../ports/hash.js";
import type { Random } from "../ports/random.js";
import { purgeAsSupplier } from "../purge/purge-as-supplier.js";
import type { Turn } from "../turn.js";
import { announceUnclaimed } from "./announce-unclaimed.js";
import { applyStates } from "./apply-states.js";
import { refuseFutureRows } from "./clock-skew.js";
import { refuseFalseBegin } from "./false-claims.js";
import { comparePlaces, placeOfCursor } from "./feed-place.js";
import type { PullOutcome } from "./pull-outcome.js";
import { type RememberedRuv, ruvOfRows } from "./remembered-ruv.js";
import { type AppliedGroup, StepGroup } from "./step-group.js";
import { readStream } from "./stream-reader.js";

export interface PullContext {
  readonly conversation: Conversation<"consumer">;
  readonly supplier: Hello;
  readonly remembered: RememberedRuv;
  readonly limits: Pick<ProtocolLimits, "serversMax">;
  readonly turn: Turn;
  readonly random: Random;
  readonly createHash: CreateHash;
  /** The database of this moment: a refresh replaces it. */
  readonly database: () => Database;
  /** What received records are held to at this moment, the clock included. */
  readonly entryLimits: () => EntryLimits;
  readonly onCommit: () => void;
  /** A stream begins, and nothing speaks against it. */
  readonly onBegin: (begin: Begin) => void;
  /** @param entries that changed, of `received` ones. */
  readonly onApplied: (entries: number, received: number) => void;
}

/**
 * Pulls once what this replica has not seen. Some chunks are durable, with the cursor that they reach, before the next ones are
 * applied; the vector rises only with the last. Model, section 5.
 *
 * @throws ProtocolError, DuplicateChangeError, StorageError; what was applied before stays, and the next pull goes on.
 */
export const pull = async (context: PullContext): Promise<PullOutcome> => {
  const { conversation, supplier, remembered } = context;
  const database = context.database();
  if (supplier.domainUuid !== database.domainUuid) {
    return { kind: "domain-mismatch", domainUuid: supplier.domainUuid };
  }
  if (supplier.serverUuid === database.serverUuid) {
    const evidence = await forkEvidence(database, supplier.serverUuid, undefined);
    if (evidence) return { kind: "forked", evidence };
  }
  const cursor = await database.cursorFor(supplier.serverUuid);
  const { ruv } = database.state;
  const vector = remembered.requestFor(ruv);
  await conversation.send({ type: "incremental", domainUuid: database.domainUuid, cursor, ...vector });
  const reply = await conversation.receive();
  switch (reply?.type) {
    case "no-changes":
      return { kind: "up-to-date" };
    case "domain-mismatch":
      return { kind: "domain-mismatch", domainUuid: reply.domainUuid };
    case "refresh-required":
      for (const { server } of reply.lags.filter(isStray)) database.strayed.add(server);
      return { kind: "refresh-required", lags: reply.lags };
    case "unwilling":
      return { kind: "unwilling", reason: reply.reason, lags: reply.lags };
    case "begin":
      return (await checkBegin(context, database, reply)) ?? applyWhole(context, database, reply, { ruv, cursor });
    default:
      throw unexpected(reply?.type);
  }
};

/** What speaks against applying anything of the stream. @throws ProtocolError `clock_skew`, `false_claim`. */
const checkBegin = async (context: PullContext, database: Database, begin: Begin): Promise<PullOutcome | undefined> => {
  const { domainUuid, table } = database;
  const { serversMax } = context.limits;
  refuseFutureRows(begin.rows, context.entryLimits(), context.supplier.clockMicros);
  refuseFalseBegin(begin, { kind: "incremental", domainUuid, known: table.servers, serversMax });
  const row = begin.rows.find(({ server }) => server === database.serverUuid);
  const evidence = await forkEvidence(database, context.supplier.serverUuid, row);
  return evidence && { kind: "forked", evidence };
};

/** What a stream was asked for with. */
interface Asked {
  readonly ruv: Ruv;
  readonly cursor: Cursor | undefined;
}

/** Whatever a stream leaves unclaimed when it ends early, others are told of. */
const applyWhole = async (...stream: Parameters<typeof applyStream>): Promise<PullOutcome> => {
  const [{ database, onCommit, random, supplier, turn }, from] = stream;
  try {
    return await applyStream(...stream);
  } finally {
    if (from.unclaimed.has(supplier.serverUuid) && database() === from) {
      await turn.run(() => announceUnclaimed(from, random));
      onCommit();
    }
  }
};

/** What a stream has done so far. */
interface StreamProgress {
  /** Entries that changed. */
  readonly entries: number;
  /** Whether something that was applied goes beyond what the end of the stream claims. */
  readonly hasEarly: boolean;
}

const applyStream = async (
  context: PullContext,
  database: Database,
  begin: Begin,
  start: Asked,
): Promise<PullOutcome> => {
  context.onBegin(begin);
  await purgeAsSupplier(context, database, ruvOfRows(begin.rows));
  const { conversation, createHash, supplier, turn } = context;
  const group = new StepGroup(begin.servers, database.serverUuid, seenAfter(database.state.ruv, begin));
  let progress: StreamProgress = { entries: 0, hasEarly: false };
  let ended: PullOutcome | undefined;
  let asked = start;
  /** What comes meanwhile is received, checked and collected. */
  let applying: Promise<void> | undefined;
  const apply = async (): Promise<void> => {
    const full = group.take();
    const expected = asked;
    asked = { ...start, cursor: full.cursor };
    const applied = await turn.run(() => applyGroup(context, database, begin, full, expected, progress));
    if ("kind" in applied) ended ??= applied;
    else progress = applied;
    applying = undefined;
  };
  try {
    for await (const step of readStream({ conversation, supplier: supplier.serverUuid, begin, createHash })) {
      group.add(step, context.entryLimits());
      if (group.isFull) await applying;
      if (ended) break;
      if (applying) continue;
      applying = apply();
      applying.catch(() => undefined);
    }
    await applying;
  } catch (error) {
    await applying;
    // What has come whole is kept: the next pull goes on behind it.
    await apply();
    throw error;
  }
  if (ended) return ended;
  return progress.entries > 0 ? { kind: "applied", entries: progress.entries } : { kind: "up-to-date" };
};

/** What this replica has seen once the stream has ended. */
const seenAfter = (ruv: Ruv, { rows }: Begin): Seen => {
  const [ours, theirs] = [seenIn(ruv), seenIn(ruvOfRows(rows))];
  return (server) => Math.max(ours(server), theirs(server));
};

/** @returns what the stream has done then; what ends the pull when what was asked for no longer holds, or must not be applied. */
const applyGroup = async (
  context: PullContext,
  database: Database,
  begin: Begin,
  { states, cursor, isEnd, isEarly, newestOwnMicros }: AppliedGroup,
  asked: Asked,
  before: StreamProgress,
): Promise<StreamProgress | PullOutcome> => {
  if (context.database() !== database) return { kind: "superseded" };
  const stored = await database.cursorFor(context.supplier.serverUuid);
  if (!samePlace(stored, asked.cursor)) return { kind: "superseded" };
  const evidence = evidenceOfChange(database, context.supplier.serverUuid, newestOwnMicros);
  if (evidence) return { kind: "forked", evidence };
  const lag = lagSincePurge(database, begin, asked);
  if (lag) return lag;

  const batch = new WriteBatch(database);
  await applyStates(batch, states);
  if (cursor) batch.builder.setCursor(cursor);
  const commitName = context.random.bytes(COMMIT_NAME_BYTES);
  const hasEarly = before.hasEarly || (isEarly && batch.writes);
  if (isEnd) await claim(batch, begin, commitName, { hasApplied: before.entries > 0 || batch.writes, hasEarly });
  const isUnclaimed = !isEnd && (batch.writes || database.unclaimed.has(context.supplier.serverUuid));
  const unclaimed = withStream(database.unclaimed, context.supplier.serverUuid, isUnclaimed);
  if (unclaimed !== database.unclaimed) batch.builder.addOperations([unclaimedOperation(unclaimed)]);
  const applied = await batch.commit(commitName);
  database.unclaimed = unclaimed;
  context.onApplied(applied, states.length);
  context.onCommit();
  return { entries: before.entries + applied, hasEarly };
};

/**
 * What speaks against applying anything more, since this replica has purged in the meantime. The supplier has not seen all of what
 * was deleted, and the vector that it was asked with did not say so: what is gone would live again. Or this replica had not
 * seen it when it asked: the tombstone would come back, and take the uuid from whoever was created again under it.
 */
const lagSincePurge = ({ state }: Database, begin: Begin, asked: Asked): PullOutcome | undefined => {
  const difference = diffRuv(state.ruv, ruvOfRows(begin.rows));
  if (difference.kind === "supplier-lags" || difference.kind === "critical")
    return { kind: "unwilling", reason: difference.kind, lags: difference.lags };
  return diffRuv(asked.ruv, state.ruv).kind === "consumer-lags" ? { kind: "superseded" } : undefined;
};

/**
 * Everything of the snapshot is applied with this batch: only now may its vector be claimed. What the supplier has of changes
 * that this replica has withdrawn is not: the supplier may lack the other history up to there, and so would this replica. What
 * came with them, or is beyond the vector, is news all the same, which others are told of.
 */
const claim = async (
  { builder, database }: WriteBatch,
  begin: Begin,
  commitName: Uint8Array,
  { hasApplied, hasEarly }: { readonly hasApplied: boolean; readonly hasEarly: boolean },
): Promise<void> => {
  const theirs = ruvOfRows(begin.rows);
  const stray = await strayClaims(database, theirs);
  for (const [server, row] of claimedRows(database.state.ruv, theirs))
    if (!stray.has(server)) builder.setRow(server, row);
  if (hasEarly || (stray.size > 0 && hasApplied)) announce(builder, commitName);
};

const samePlace = (left: Cursor | undefined, right: Cursor | undefined): boolean =>
  left && right ? comparePlaces(placeOfCursor(left), placeOfCursor(right)) === 0 : left === right;

const unexpected = (type: string | undefined): ProtocolError =>
  type === undefined
    ? new ProtocolError("connection_lost", "the partner ended the connection without an answer", { blame: "network" })
    : new ProtocolError("unexpected_message", `the partner answered a pull with ${type}`, { blame: "peer" });
