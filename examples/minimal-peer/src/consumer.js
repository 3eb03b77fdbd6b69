import { createHash } from "node:crypto";
import { binary, bytesOf, nil, Refused, uuid } from "./message-pack.js";
import { cursorOf, message, optional, rowsOf, TYPE } from "./messages.js";
import { readRecord } from "./record.js";
import { clockMicros, vectorDigest } from "./replica.js";
import { isWrong } from "./wrong.js";

/* Pulling from a supplier: docs/protocol.md, sections 7.2, 7.4 and 7.5. */

const CLOCK_SKEW_MICROS_MAX = 300 * 1_000_000;

/** Pulls over one connection, again and again, until it ends. */
export const consume = async (connection, replica, { onPulled }) => {
  try {
    const supplier = await connection.exchangeHello(replica);
    const session = { connection, replica, supplier: supplier.server, remembered: undefined };
    if (replica.rows.size === 0) await refresh(session);
    for (;;) {
      await pull(session);
      onPulled();
      await connection.send(message(TYPE.subscribe));
      const reply = await connection.receive(TYPE.changed, TYPE.pong);
      if (reply === undefined) throw new Error("the supplier has ended the connection");
    }
  } catch (reason) {
    connection.end(reason);
    throw reason;
  }
};

/** Takes over all that the supplier has: this replica has nothing of its own yet. */
const refresh = async ({ connection, replica, supplier }) => {
  await connection.send(message(TYPE.refresh, nil));
  const begin = await connection.receive(TYPE.begin, TYPE.unwilling);
  if (begin?.type !== TYPE.begin) throw new Error(`the supplier does not supply: ${begin?.reason ?? "it is gone"}`);
  replica.clear(begin.domain);
  await applyStream({ connection, replica, supplier }, begin);
};

const pull = async (session) => {
  const { connection, replica, supplier } = session;
  const { remembered } = session;
  const rows = new Map(replica.rows);
  const moved = remembered ? [...rows].filter(([server, row]) => remembered.get(server) !== row) : rows;
  const digest = remembered ? binary(bytesOf(vectorDigest(rows))) : nil;
  session.remembered = rows;
  const cursor = optional(replica.cursors.get(supplier), cursorOf);
  await connection.send(message(TYPE.incremental, uuid(replica.domain), digest, rowsOf(moved), cursor));
  const { noChanges, domainMismatch, refreshRequired, unwilling, begin } = TYPE;
  const reply = await connection.receive(noChanges, domainMismatch, refreshRequired, unwilling, begin);
  if (reply?.type === TYPE.begin) return applyStream(session, reply);
  if (reply?.type === TYPE.noChanges) return undefined;
  throw new Error(`the supplier does not supply: message ${reply?.type ?? "none"}`);
};

const applyStream = async ({ connection, replica, supplier }, begin) => {
  const latest = isWrong("skew-unchecked") ? Number.MAX_SAFE_INTEGER : clockMicros() + CLOCK_SKEW_MICROS_MAX;
  for (const { seen, at } of begin.rows.values()) {
    if (Math.max(seen, at) > latest) throw new Refused("clock_skew", "a vector from the future");
  }
  const own = begin.rows.get(replica.server);
  if (own && own.seen > replica.row(replica.server).seen) throw new Error("this replica has gone back in time");
  replica.purgeAs(begin.rows);
  const hash = createHash("sha256");
  let count = 0;
  let reached = [0, ""];
  let last;
  const refuse = (words) => {
    throw new Refused("shape", words);
  };
  for (;;) {
    const step = await connection.receive(TYPE.chunk, TYPE.end);
    if (step === undefined) throw new Error("the supplier ended the connection in the middle of a stream");
    if (step.cursor.server !== supplier) refuse("a cursor of another server");
    if (step.type === TYPE.end) {
      const { sequence, scan } = step.cursor;
      const isDigest = step.digest === hash.digest("hex") || isWrong("digest-unchecked");
      const isWhole = step.count === count && isDigest && sequence === begin.head && !scan;
      if (!isWhole) throw new Refused("stream_digest", "not the records that were sent");
      // The last chunk, its cursor and the vector in one step.
      return replica.apply(last ?? [], supplier, step.cursor, begin.rows);
    }
    const place = placeOf(step.cursor);
    if (place[0] > begin.head) refuse("a cursor beyond the head");
    if (place[0] < reached[0] || (place[0] === reached[0] && place[1] <= reached[1]))
      refuse("a cursor that does not advance");
    reached = place;
    const entries = step.records.map((record) => readRecord(record, begin.servers, latest));
    for (const record of step.records) hash.update(record);
    count += entries.length;
    if (last) replica.apply(last, supplier, last.cursor, isWrong("claims-early") ? begin.rows : undefined);
    last = Object.assign(entries, { cursor: step.cursor });
    if (isWrong("claims-early")) replica.apply(last, supplier, step.cursor, begin.rows);
  }
};

/** By number, then by the uuid of a scan, of which none comes last. */
const placeOf = ({ sequence, scan }) => (scan ? [scan.sequence, scan.uuid] : [sequence, "g"]);
