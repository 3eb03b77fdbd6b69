import { type DomainUuid, type Ruv, randomUuid, type ServerUuid, type Uuid } from "@concordat/crdt";
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
import type { Storage } from "@concordat/storage";
import type { Database } from "../database/database.js";
import { identityOperations } from "../database/meta.js";
import type { PartnerOptions } from "../partner.js";
import type { CreateHash } from "../ports/hash.js";
import type { Random } from "../ports/random.js";
import type { RefreshOptions, RefreshOutcome } from "../replica.js";
import { REPLICA_LIMITS } from "../replica-limits.js";
import type { RefreshProgress } from "../replica-status.js";
import { ruvOfRows } from "../session/remembered-ruv.js";
import { readStream } from "../session/stream-reader.js";
import type { Turn } from "../turn.js";
import { localOnlyUuids } from "./local-only.js";
import { RefreshCopy } from "./refresh-copy.js";
import type { Replacements } from "./replacements.js";

export interface RefreshContext {
  readonly partner: PartnerOptions;
  readonly storage: Storage;
  readonly replacements: Replacements;
  readonly turn: Turn;
  readonly random: Random;
  readonly createHash: CreateHash;
  readonly limits: ProtocolLimits;
  readonly signal: AbortSignal;
  readonly database: () => Database;
  readonly hello: () => Hello;
  readonly entryLimits: () => EntryLimits;
  readonly onProgress: (progress: RefreshProgress) => void;
  /** Given what only this node has, within the step that discards it. */
  readonly beforeDiscard: (uuids: AsyncIterable<Uuid[]>) => Promise<void>;
  /** Makes `database` the one that is served. Within the writer's turn. */
  readonly swap: (database: Database) => Promise<void>;
}

/** Copies a partner's content into a new database beside the current one, then swaps them. Model, section 6. */
export const refresh = async (
  context: RefreshContext,
  options: Pick<RefreshOptions, "discardLocalChanges">,
): Promise<RefreshOutcome> => {
  const channel = await context.partner.connect(context.signal);
  const onAbort = (): void =>
    void channel.close(new ProtocolError("closed", "the refresh was cancelled", { blame: "caller" }));
  context.signal.addEventListener("abort", onAbort);
  try {
    const conversation = openConversation(channel, { role: "consumer", limits: context.limits });
    return await refreshOver(context, options, conversation, channel);
  } finally {
    context.signal.removeEventListener("abort", onAbort);
    await channel.close();
  }
};

const refreshOver = async (
  context: RefreshContext,
  options: Pick<RefreshOptions, "discardLocalChanges">,
  conversation: Conversation<"consumer">,
  channel: Channel,
): Promise<RefreshOutcome> => {
  const { origin } = context.partner;
  const supplier = await exchangeHello(conversation, context.hello());
  const unfinished = await context.replacements.unfinished(supplier.serverUuid, context.database().name);
  const cursor = await unfinished?.cursorFor(supplier.serverUuid);
  await conversation.send({ type: "refresh", cursor });
  const begin = await conversation.receive();
  if (begin?.type === "unwilling") return refusedBy(origin, begin.reason);
  if (begin?.type !== "begin") throw unexpected(begin?.type);

  const theirs = ruvOfRows(begin.rows);
  const before = context.database();
  if (begin.head === 0 && before.state.totals.liveEntries > 0) return refusedBy(origin, "empty");
  const looked = before.state.head.sequence;
  const losing = await countLocalOnly(before, theirs, 0);
  if (losing.entries > 0 && !options.discardLocalChanges) return { kind: "would-discard", origin, ...losing };

  const copy = new RefreshCopy(await copyTarget(context, begin, supplier.serverUuid, unfinished), context.random);
  const end = await copyStream(context, conversation, begin, copy, () => channel.traffic.bytesReceived);
  return context.turn.run(async () => {
    const { database } = copy;
    const late = await countLocalOnly(context.database(), theirs, looked);
    if (late.entries > 0 && !options.discardLocalChanges) return { kind: "would-discard", origin, ...late };
    const discarded = losing.entries + late.entries;
    if (discarded > 0) await context.beforeDiscard(localOnlyUuids(context.database(), theirs, 0));
    await finish(context, copy, begin, end);
    await context.storage.makeCurrent(database.name);
    await context.swap(await context.replacements.reopen(database));
    const { liveEntries, tombstones, recordBytes } = database.state.totals;
    return { kind: "refreshed", origin, entries: liveEntries + tombstones, bytes: recordBytes, discarded };
  });
};

/** An unfinished copy goes on only while its server table is the beginning of the supplier's. */
const copyTarget = async (
  { replacements }: RefreshContext,
  begin: Begin,
  supplier: ServerUuid,
  unfinished: Database | undefined,
): Promise<Database> => {
  if (unfinished === undefined) return replacements.create(begin, supplier);
  const known = unfinished.table.servers;
  if (known.every((server, index) => begin.servers[index] === server)) {
    for (const server of begin.servers) unfinished.table.indexOf(server);
    return unfinished;
  }
  await replacements.discard(unfinished);
  throw new ProtocolError(
    "stream_digest",
    "the partner is not the one that the copy was begun from: the copy begins anew",
    {
      blame: "peer",
      retryable: true,
    },
  );
};

const copyStream = async (
  context: RefreshContext,
  conversation: Conversation<"consumer">,
  begin: Begin,
  copy: RefreshCopy,
  bytesReceived: () => number,
): Promise<End> => {
  let entries = 0;
  for await (const { chunk, end } of readStream(conversation, begin, context.createHash)) {
    if (chunk) await copy.write(chunk, begin.servers, context.entryLimits());
    entries += chunk?.records.length ?? 0;
    context.onProgress({
      origin: context.partner.origin,
      entries,
      entriesEstimate: begin.estimate.entries,
      bytes: bytesReceived(),
      bytesEstimate: begin.estimate.bytes,
    });
    if (end) return end;
  }
  throw new ProtocolError("connection_lost", "the stream ended without its end", { blame: "network" });
};

const finish = async (context: RefreshContext, copy: RefreshCopy, begin: Begin, end: End): Promise<void> => {
  const meta = {
    domainUuid: begin.domainUuid as DomainUuid,
    serverUuid: randomUuid<ServerUuid>(context.random.bytes(16)),
    refreshFrom: undefined,
    clockMicros: copy.database.state.clockMicros,
    totals: copy.database.state.totals,
  };
  await copy.finish(ruvOfRows(begin.rows), end.cursor, identityOperations(meta));
};

const countLocalOnly = async (
  database: Database,
  theirs: Ruv,
  afterSequence: number,
): Promise<{ entries: number; sample: readonly Uuid[] }> => {
  let entries = 0;
  const sample: Uuid[] = [];
  for await (const uuids of localOnlyUuids(database, theirs, afterSequence)) {
    entries += uuids.length;
    sample.push(...uuids.slice(0, REPLICA_LIMITS.discardSampleMax - sample.length));
  }
  return { entries, sample };
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

const unexpected = (type: string | undefined): ProtocolError =>
  type === undefined
    ? new ProtocolError("connection_lost", "the partner ended the connection without an answer", { blame: "network" })
    : new ProtocolError("unexpected_message", `the partner answered a refresh with ${type}`, { blame: "peer" });
