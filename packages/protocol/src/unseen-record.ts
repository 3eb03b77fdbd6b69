import { writtenBytes } from "./byte-writer.js";
import { isMapOpening } from "./entry-record.js";
import { itemEnd } from "./item-end.js";
import { PLAIN_OPENING_BYTES, plainOpening } from "./plain-opening.js";
import { WireReader } from "./wire-reader.js";

/** Nothing in it is unseen; or it takes states to tell: more is in it than registers with one version each. */
export type NoUnseenRecord = "nothing" | "not-plain";

/**
 * What `unseenPart` leaves of the entry in `record`, as a record, without decoding it: the attributes with a change that has not been
 * seen, as they lie; `record` itself when all of it is unseen. Of an entry that is not plain it says so. Model, section 5.
 *
 * @param record one that was validated, as stored ones are.
 * @param seenMicros up to when the changes of each server of the record's table have been seen; of those beyond its end, none.
 */
export const unseenRecord = (record: Uint8Array, seenMicros: readonly number[]): Uint8Array | NoUnseenRecord => {
  const reader = new WireReader(record);
  reader.array();
  reader.uuid();
  if (isUnseen(reader, seenMicros)) return record;
  if (!reader.nil()) reader.uuid();
  if (!isMapOpening(reader.peek())) return "not-plain";
  const header = reader.at;
  const count = reader.map();
  const spans: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const start = reader.at;
    reader.at = itemEnd(record, start, reader.end);
    const state = reader.at;
    if (plainOpening(record, state) === undefined) return "not-plain";
    reader.at = state + PLAIN_OPENING_BYTES;
    const unseen = isUnseen(reader, seenMicros);
    reader.at = itemEnd(record, state, reader.end);
    if (unseen) spans.push(start, reader.at);
  }
  if (spans.length === 0) return "nothing";
  if (spans.length === 2 * count) return record;
  return writtenBytes((writer) => {
    writer.raw(record.subarray(0, header));
    writer.map(spans.length / 2);
    for (let at = 0; at < spans.length; at += 2) writer.raw(record.subarray(spans[at], spans[at + 1]));
  });
};

/** Takes a change id. */
const isUnseen = (reader: WireReader, seenMicros: readonly number[]): boolean => {
  reader.array();
  const index = reader.integer();
  return reader.integer() > (seenMicros[index] ?? 0);
};
