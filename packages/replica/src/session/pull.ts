import { claimedRows, extendLineage, nextTimestamp, type ServerUuid } from "@concordat/crdt";
import {
  type Begin,
  type Conversation,
  type Cursor,
  decodeEntry,
  type EntryLimits,
  type Hello,
  ProtocolError,
} from "@concordat/protocol";
import type { Database } from "../database/database.js";
import { strayClaims } from "../database/own-history.js";
import { COMMIT_NAME_BYTES } from "../database/rows.js";
import { WriteBatch } from "../database/write-batch.js";
import { forkEvidence } from "../fork/fork-evidence.js";
import type { CreateHash } from "../ports/hash.js";
import type { Random } from "../ports/random.js";
import { purgeAsSupplier } from "../purge/purge-as-supplier.js";
import type { Turn } from "../turn.js";
import { applyStates } from "./apply-states.js";
import { refuseFutureRows } from "./clock-skew.js";
import type { PullOutcome } from "./pull-outcome.js";
import { type RememberedRuv, ruvOfRows } from "./remembered-ruv.js";
import { readStream, type StreamStep } from "./stream-reader.js";

export interface PullContext {
  readonly conversation: Conversation<"consumer">;
  readonly supplier: Hello;
  readonly remembered: RememberedRuv;
  readonly turn: Turn;
  readonly random: Random;
  readonly createHash: CreateHash;
  /** The database of this moment: a refresh replaces it. */
  readonly database: () => Database;
  /** What received records are held to at this moment, the clock included. */
  readonly entryLimits: () => EntryLimits;
  readonly onCommit: () => void;
  readonly onApplied: (entries: number) => void;
}

/**
 * Pulls once what this replica has not seen. Each chunk is durable before the next one is applied, with its cursor;
 * the vector rises only with the last. Model, section 5.
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
  const vector = remembered.requestFor(database.state.ruv);
  await conversation.send({ type: "incremental", domainUuid: database.domainUuid, cursor, ...vector });
  const reply = await conversation.receive();
  switch (reply?.type) {
    case "no-changes":
      return { kind: "up-to-date" };
    case "domain-mismatch":
      return { kind: "domain-mismatch", domainUuid: reply.domainUuid };
    case "refresh-required":
      return { kind: "refresh-required", lags: reply.lags };
    case "unwilling":
      return { kind: "unwilling", reason: reply.reason, lags: reply.lags };
    case "begin":
      return (await checkBegin(context, database, reply)) ?? applyStream(context, database, reply, cursor);
    default:
      throw unexpected(reply?.type);
  }
};

/** What speaks against applying anything of the stream. @throws ProtocolError `clock_skew`. */
const checkBegin = async (context: PullContext, database: Database, begin: Begin): Promise<PullOutcome | undefined> => {
  refuseFutureRows(begin.rows, context.entryLimits(), context.supplier.clockMicros);
  const row = begin.rows.find(({ server }) => server === database.serverUuid);
  const evidence = await forkEvidence(database, context.supplier.serverUuid, row);
  return evidence && { kind: "forked", evidence };
};

const applyStream = async (
  context: PullContext,
  database: Database,
  begin: Begin,
  startCursor: Cursor | undefined,
): Promise<PullOutcome> => {
  await purgeAsSupplier(context, database, ruvOfRows(begin.rows));
  let entries = 0;
  let asked = startCursor;
  const { conversation, createHash, supplier } = context;
  for await (const step of readStream({ conversation, supplier: supplier.serverUuid, begin, createHash })) {
    const applied = await context.turn.run(() => applyStep(context, database, begin, step, asked, entries));
    if (applied === undefined) return { kind: "superseded" };
    asked = step.end?.cursor ?? step.chunk?.cursor;
    entries += applied;
    context.onApplied(applied);
    context.onCommit();
  }
  return entries > 0 ? { kind: "applied", entries } : { kind: "up-to-date" };
};

/** @returns how many entries changed; `undefined` when what was asked for no longer holds. */
const applyStep = async (
  context: PullContext,
  database: Database,
  begin: Begin,
  { chunk, end }: StreamStep,
  asked: Cursor | undefined,
  appliedBefore: number,
): Promise<number | undefined> => {
  if (context.database() !== database) return undefined;
  const stored = await database.cursorFor(context.supplier.serverUuid);
  if (!sameSequence(stored, asked)) return undefined;

  const batch = new WriteBatch(database);
  if (chunk) await applyStates(batch, decodeRecords(chunk.records, begin.servers, context.entryLimits()));
  const cursor = end?.cursor ?? chunk?.cursor;
  if (cursor) batch.builder.setCursor(cursor);
  const commitName = context.random.bytes(COMMIT_NAME_BYTES);
  if (end) await claim(batch, begin, commitName, appliedBefore > 0 || batch.writes);
  return batch.commit(commitName);
};

/**
 * Everything of the snapshot is applied with this batch: only now may its vector be claimed. What the supplier has of changes
 * that this replica has withdrawn is not: the supplier may lack the other history up to there, and so would this replica. What
 * came with them is news all the same, which a change of this replica's own, without an entry, tells everybody.
 */
const claim = async (batch: WriteBatch, begin: Begin, commitName: Uint8Array, hasApplied: boolean): Promise<void> => {
  const { builder, database } = batch;
  const theirs = ruvOfRows(begin.rows);
  const stray = await strayClaims(database, theirs);
  for (const [server, row] of claimedRows(database.state.ruv, theirs))
    if (!stray.has(server)) builder.setRow(server, row);
  if (stray.size === 0 || !hasApplied) return;
  const row = builder.row(database.serverUuid);
  const ts = nextTimestamp(0, builder.clockMicros);
  builder.raiseClock(ts);
  builder.setRow(database.serverUuid, { ...row, seen: ts, lineage: extendLineage(row.lineage, ts, commitName) });
};

const decodeRecords = (records: readonly Uint8Array[], servers: readonly ServerUuid[], limits: EntryLimits) =>
  records.map((record) => decodeEntry(record, servers, limits));

const sameSequence = (left: Cursor | undefined, right: Cursor | undefined): boolean =>
  left?.sequence === right?.sequence;

const unexpected = (type: string | undefined): ProtocolError =>
  type === undefined
    ? new ProtocolError("connection_lost", "the partner ended the connection without an answer", { blame: "network" })
    : new ProtocolError("unexpected_message", `the partner answered a pull with ${type}`, { blame: "peer" });
