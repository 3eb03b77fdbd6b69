import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { array, binary, integer, Refused, text, uuid } from "./message-pack.js";
import { cursorOf, message, rowsOf, TYPE } from "./messages.js";
import { serversIn, writeRecord } from "./record.js";
import { vectorDigest } from "./replica.js";
import { isWrong } from "./wrong.js";

/* Answering a consumer: docs/protocol.md, sections 7.1 to 7.3 and 7.5. */

const CHUNK_RECORDS = 100;
const CHUNK_BYTES = 256 * 1024;
const HEARTBEAT_MS = 30_000;

export const supply = async (connection, replica) => {
  try {
    const consumer = await connection.exchangeHello(replica);
    const session = { connection, replica, replyBytesMax: consumer.limits[1], remembered: undefined, given: new Map() };
    for (;;) {
      const request = await connection.receive(TYPE.ping, TYPE.incremental, TYPE.refresh, TYPE.subscribe);
      if (request === undefined) break;
      if (request.type === TYPE.ping) await connection.send(message(TYPE.pong));
      if (request.type === TYPE.subscribe) await answerSubscribe(session);
      if (request.type === TYPE.refresh) await stream(session, "refresh", request.cursor, new Map());
      if (request.type === TYPE.incremental) await answerIncremental(session, request);
    }
    connection.end();
  } catch (reason) {
    connection.end(reason);
  }
};

const seen = (rows, server) => rows.get(server)?.seen ?? 0;
const gone = (rows, server) => rows.get(server)?.purged ?? 0;

const answerIncremental = async (session, { domain, digest, rows, cursor }) => {
  const { connection, replica } = session;
  const vector = new Map([...(digest === undefined ? [] : (session.remembered ?? [])), ...rows]);
  if (digest !== undefined && digest !== vectorDigest(vector)) {
    throw new Refused("shape", "the digest of the vector is not that of the rows");
  }
  session.remembered = vector;
  const ours = replica.rows;
  const answer = (...fields) => connection.send(message(...fields));
  const lags = (servers, low, high) =>
    array(...servers.map((server) => array(uuid(server), integer(seen(low, server)), integer(gone(high, server)))));

  if (domain !== replica.domain && !isWrong("domain-unchecked"))
    return answer(TYPE.domainMismatch, uuid(replica.domain));
  const own = replica.row(replica.server);
  const theirs = vector.get(replica.server);
  if (theirs && (theirs.seen > own.seen || (theirs.at === own.at && theirs.hash !== own.hash))) {
    return answer(TYPE.unwilling, array(), text("refreshing"));
  }
  const servers = [...new Set([...ours.keys(), ...vector.keys()])];
  const behind = servers.filter((server) => seen(vector, server) < gone(ours, server));
  const ahead = servers.filter((server) => seen(ours, server) < gone(vector, server));
  if (behind.length > 0 && ahead.length > 0)
    return answer(TYPE.unwilling, lags(behind, vector, ours), text("critical"));
  if (behind.length > 0) return answer(TYPE.refreshRequired, lags(behind, vector, ours));
  if (ahead.length > 0) return answer(TYPE.unwilling, lags(ahead, ours, vector), text("supplier-lags"));
  const known = (some) => servers.filter((server) => seen(some, server) > 0);
  if (known(ours).length > 0 && known(vector).length > 0 && !known(ours).some((server) => seen(vector, server) > 0)) {
    return answer(TYPE.unwilling, array(), text("no-overlap"));
  }
  session.given = vector;
  if (!hasNews(session)) return answer(TYPE.noChanges);
  return stream(session, "incremental", cursor, vector);
};

const hasNews = ({ replica, given }) => [...replica.rows].some(([server, row]) => row.seen > seen(given, server));

/** The number in the feed behind which a consumer with that cursor wants it; 0 where the cursor is not honoured. */
const placeOf = (replica, cursor) => {
  if (cursor === undefined || cursor.server !== replica.server || cursor.scan) return 0;
  const isOurs = replica.commits.get(cursor.sequence) === cursor.commit;
  return isOurs || isWrong("cursor-unchecked") ? cursor.sequence : 0;
};

const stream = async (session, kind, cursor, vector) => {
  const { connection, replica, replyBytesMax } = session;
  // All of it at once: what is written meanwhile is not in this stream, nor in its vector.
  const { domain, server, head } = replica;
  const rows = new Map(replica.rows);
  const entries = replica.unseen(placeOf(replica, cursor), kind === "refresh" ? new Map() : vector);
  const numbers = entries.map(({ uuid: id }) => replica.feed.get(id));
  const servers = [...new Set(entries.flatMap((entry) => [...serversIn(entry)]))];
  const records = entries.map((entry) => writeRecord(entry, (one) => servers.indexOf(one)));
  const commit = (sequence) => replica.commits.get(sequence) ?? "0000000000000000";
  const cursorAt = (sequence) => cursorOf({ server, sequence, commit: commit(sequence) });

  const bytes = records.reduce((sum, record) => sum + record.length, 0);
  const estimate = array(integer(records.length), integer(bytes));
  const table = array(...servers.map(uuid));
  await connection.send(message(TYPE.begin, text(kind), uuid(domain), table, rowsOf(rows), integer(head), estimate));
  const bytesMax = Math.min(CHUNK_BYTES, replyBytesMax - 1_024);
  for (let start = 0; start < records.length; ) {
    let end = start + 1;
    let size = records[start].length;
    while (end < records.length && end - start < CHUNK_RECORDS && size + records[end].length <= bytesMax) {
      size += records[end].length;
      end += 1;
    }
    await connection.send(message(TYPE.chunk, cursorAt(numbers[end - 1]), array(...records.slice(start, end))));
    start = end;
  }
  const hash = createHash("sha256");
  for (const record of records) hash.update(record);
  const digest = isWrong("wrong-stream-digest") ? Buffer.alloc(32) : hash.digest();
  await connection.send(message(TYPE.end, cursorAt(head), integer(records.length), binary(digest)));
  session.given = rows;
};

const answerSubscribe = async (session) => {
  const timeout = new AbortController();
  const heartbeat = sleep(HEARTBEAT_MS, undefined, { ref: false }).then(() => timeout.abort());
  heartbeat.catch(() => {});
  while (!hasNews(session) && !timeout.signal.aborted) await session.replica.nextCommit(timeout.signal);
  await session.connection.send(message(hasNews(session) ? TYPE.changed : TYPE.pong));
};
