import { randomUuid, type ServerUuid, seenIn, type Uuid } from "@concordat/crdt";
import {
  type Begin,
  type Channel,
  type Conversation,
  type End,
  type EntryLimits,
  exchangeHello,
  type Hello,
  openConversation,
  ProtocolError,
  type ProtocolLimits,
} from "@concordat/protocol";
import type { Operation } from "@concordat/storage";
import type { ConnectionPeer } from "../certificate-exchange.js";
import { connectPartner } from "../connect-partner.js";
import type { Database } from "../database/database.js";
import { identityOperations } from "../database/meta.js";
import { keptWithdrawals } from "../fork/kept-withdrawals.js";
import { onAbort } from "../on-abort.js";
import type { PartnerOptions } from "../partner.js";
import type { CreateHash } from "../ports/hash.js";
import type { Random } from "../ports/random.js";
import type { RefreshOptions, RefreshOutcome } from "../replica.js";
import type { RefreshProgress } from "../replica-status.js";
import { refuseFutureRows } from "../session/clock-skew.js";
import { refuseFalseBegin } from "../session/false-claims.js";
import { ruvOfRows } from "../session/remembered-ruv.js";
import { readStream } from "../session/stream-reader.js";
import { telling } from "../session/telling.js";
import type { Turn } from "../turn.js";
import { countLocalOnly, type LocalOnly, localOnlyUuids } from "./local-only.js";
import { RefreshCopy } from "./refresh-copy.js";
import type { Replacements } from "./replacements.js";

export interface RefreshContext {
  readonly partner: PartnerOptions;
  readonly replacements: Replacements;
  readonly turn: Turn;
  readonly random: Random;
  readonly createHash: CreateHash;
  readonly limits: ProtocolLimits;
  readonly signal: AbortSignal;
  readonly database: () => Database;
  readonly hello: (origin: string) => Hello;
  /** A partner has said hello. */
  readonly onHello: (peer: ConnectionPeer, hello: Hello) => void;
  readonly entryLimits: () => EntryLimits;
  /** What the new database takes over from the current one, beside the content. */
  readonly carried: () => readonly Operation[];
  readonly onProgress: (progress: RefreshProgress) => void;
  /** Given what only this node has, within the step that discards it. */
  readonly beforeDiscard: (uuids: AsyncIterable<Uuid[]>) => Promise<void>;
  /** Makes `database` the one that is served. Within the writer's turn. */
  readonly swap: (database: Database) => Promise<void>;
}

export interface RefreshHow extends RefreshOptions {
  /** Nobody has decided for this node: what was deleted here and is purged must not come back. */
  readonly isAutomatic?: boolean;
}

type Options = Pick<RefreshHow, "discardLocalChanges" | "isAutomatic">;

/** Copies a partner's content into a new database beside the current one, then swaps them. Model, section 6. */
export const refresh = async (context: RefreshContext, options: Options): Promise<RefreshOutcome> => {
  const { limits, partner, signal } = context;
  const channel = await connectPartner(partner, signal);
  const release = onAbort(signal, () => void channel.close(cancelled()));
  try {
    const conversation = openConversation(channel, { role: "consumer", limits });
    return await telling(conversation, () => refreshOver(context, options, conversation));
  } finally {
    release();
    await endOf(context, channel);
  }
};

const refreshOver = async (
  context: RefreshContext,
  options: Options,
  conversation: Conversation<"consumer">,
): Promise<RefreshOutcome> => {
  const { origin } = context.partner;
  const hello = await exchangeHello(conversation, context.hello(origin));
  context.onHello(conversation, hello);
  const { serverUuid: supplier, domainUuid } = hello;
  const unfinished = await context.replacements.unfinished(supplier, context.database().name);
  const cursor = await unfinished?.cursorFor(supplier);
  await conversation.send({ type: "refresh", cursor });
  const begin = await conversation.receive();
  if (begin?.type === "unwilling") return refusedBy(origin, begin.reason);
  if (begin?.type !== "begin") throw unexpected(begin?.type);
  refuseFutureRows(begin.rows, context.entryLimits());
  // The copy gets a server uuid of its own beside those that it takes over.
  const serversMax = context.limits.serversMax - 1;
  refuseFalseBegin(begin, { kind: "refresh", domainUuid, known: [], serversMax });

  if (wouldEmpty(begin, context.database())) return refusedBy(origin, "empty");
  if (options.isAutomatic && wouldRevive(begin, context.database())) return undecided(origin);
  const looked = context.database().state.head.sequence;
  const losing = await countLocalOnly(context.database(), seenIn(ruvOfRows(begin.rows)), 0);
  if (losing.entries > 0 && !options.discardLocalChanges) return { kind: "would-discard", origin, ...losing };

  const copy = new RefreshCopy(await copyTarget(context, begin, supplier, unfinished), context.random, cursor);
  const end = await copyStream(context, conversation, begin, supplier, copy);
  return context.turn.run(() => replaceBy(context, options, { begin, end, copy, losing, looked }));
};

/** A copy that has everything, and what was known of the current database before it was made. */
interface ReadyCopy {
  readonly begin: Begin;
  readonly end: End;
  readonly copy: RefreshCopy;
  readonly losing: LocalOnly;
  /** The feed number up to which `losing` was counted. */
  readonly looked: number;
}

/** The step that swaps the databases, in the writer's turn: what was written during the refresh counts too. */
const replaceBy = async (
  context: RefreshContext,
  options: Options,
  { begin, end, copy, losing, looked }: ReadyCopy,
): Promise<RefreshOutcome> => {
  const { origin } = context.partner;
  const theirs = seenIn(ruvOfRows(begin.rows));
  const current = context.database();
  if (context.signal.aborted) throw cancelled();
  if (wouldEmpty(begin, current)) return refusedBy(origin, "empty");
  if (options.isAutomatic && wouldRevive(begin, current)) return undecided(origin);
  const late = await countLocalOnly(current, theirs, looked);
  if (late.entries > 0 && !options.discardLocalChanges) return { kind: "would-discard", origin, ...late };
  // An entry may have been counted before, and have changed again.
  const { entries: discarded } = late.entries > 0 ? await countLocalOnly(current, theirs, 0) : losing;
  if (discarded > 0) await context.beforeDiscard(localOnlyUuids(current, theirs, 0));
  await finish(context, copy, begin, end);
  await context.swap(await context.replacements.adopt(copy.database));
  const { liveEntries, tombstones, recordBytes } = copy.database.state.totals;
  return { kind: "refreshed", origin, entries: liveEntries + tombstones, bytes: recordBytes, discarded };
};

/** A supplier that never had an entry: a new node. It may be copied by another new one, and empties nobody. */
const wouldEmpty = (begin: Begin, current: Database): boolean =>
  begin.head === 0 && current.state.totals.liveEntries > 0;

/**
 * Whether the supplier has not seen all of what this node has deleted and purged, maybe since it was told to be refreshed: each then
 * lacks deletions of the other, which a person decides about. Model, section 4.
 */
const wouldRevive = (begin: Begin, { domainUuid, state, strayed }: Database): boolean => {
  if (begin.domainUuid !== domainUuid) return false;
  const theirs = seenIn(ruvOfRows(begin.rows));
  return [...state.ruv].some(([server, { purged }]) => purged > theirs(server) && !strayed.has(server));
};

/**
 * An unfinished copy goes on only while its server table is the beginning of the supplier's, and while the supplier has purged
 * nothing more: the stream would not say what is to go.
 */
const copyTarget = async (
  { replacements }: RefreshContext,
  begin: Begin,
  supplier: ServerUuid,
  unfinished: Database | undefined,
): Promise<Database> => {
  if (unfinished === undefined) return replacements.create(begin, supplier);
  const known = unfinished.table.servers;
  if (known.every((server, index) => begin.servers[index] === server) && samePurged(unfinished, begin)) {
    for (const server of begin.servers) unfinished.table.indexOf(server);
    return unfinished;
  }
  await replacements.discard();
  throw new ProtocolError(
    "stream_digest",
    "the partner is not as it was when the copy was begun: the copy begins anew with the next try",
    { blame: "peer", retryable: true },
  );
};

const samePurged = ({ state }: Database, { rows }: Begin): boolean =>
  rows.every(({ server, purged }) => purged === (state.ruv.get(server)?.purged ?? 0));

const copyStream = async (
  context: RefreshContext,
  conversation: Conversation<"consumer">,
  begin: Begin,
  supplier: ServerUuid,
  copy: RefreshCopy,
): Promise<End> => {
  const { createHash, entryLimits, onProgress, partner } = context;
  const { entries: entriesEstimate, bytes: bytesEstimate } = begin.estimate;
  let entries = 0;
  let bytes = 0;
  for await (const { chunk, end } of readStream({ conversation, supplier, begin, createHash })) {
    if (chunk) await copy.write(chunk, begin.servers, entryLimits());
    for (const record of chunk?.records ?? []) bytes += record.length;
    entries += chunk?.records.length ?? 0;
    onProgress({ origin: partner.origin, entries, entriesEstimate, bytes, bytesEstimate });
    if (end === undefined) continue;
    await copy.settled();
    return end;
  }
  throw unexpected(undefined);
};

const finish = async (context: RefreshContext, copy: RefreshCopy, begin: Begin, end: End): Promise<void> => {
  const meta = {
    domainUuid: begin.domainUuid,
    serverUuid: randomUuid<ServerUuid>(context.random.bytes(16)),
    refreshFrom: undefined,
    clockMicros: copy.database.state.clockMicros,
    totals: copy.database.state.totals,
  };
  const rows = ruvOfRows(begin.rows);
  const withdrawn = await keptWithdrawals(context.database(), copy.database, seenIn(rows));
  await copy.finish(rows, end.cursor, [...identityOperations(meta), ...context.carried(), ...withdrawn]);
};

const endOf = async ({ replacements }: RefreshContext, channel: Channel): Promise<void> => {
  await channel.close();
  await replacements.close();
};

const refusedBy = (origin: string, reason: string): RefreshOutcome => ({
  kind: "refused",
  origin,
  reason: reason === "empty" ? `${origin} is empty, and this node is not` : `${origin} is being refreshed itself`,
  remedy:
    reason === "empty"
      ? "refresh the other way round, or from a partner that has the content"
      : "try again when it is done",
});

const undecided = (origin: string): RefreshOutcome => ({
  kind: "refused",
  origin,
  reason: `this node no longer keeps deletions that ${origin} has not seen: they would be undone here`,
  remedy:
    "decide which of the two is right, and run refresh-replication-consumer on the other: what only that one has is lost",
});

const cancelled = (): ProtocolError => new ProtocolError("closed", "the refresh was cancelled", { blame: "caller" });

const unexpected = (type: string | undefined): ProtocolError =>
  type === undefined
    ? new ProtocolError("connection_lost", "the partner ended the connection without an answer", { blame: "network" })
    : new ProtocolError("unexpected_message", `the partner answered a refresh with ${type}`, { blame: "peer" });
