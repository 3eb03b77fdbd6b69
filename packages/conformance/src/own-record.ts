import { array, binaryOf, integer, map, NIL, text } from "./message-pack.js";
import type { SaidRow } from "./said-message.js";

/** The record of a live entry that one server, the first of the table, has made with one register. */
export const registerRecord = (uuid: string, ts: number, name: string, value: Uint8Array): Uint8Array => {
  const change = array(integer(0), integer(ts));
  return array(binaryOf(uuid), change, NIL, map([name, map(["register", array(change, value)])]));
};

/** As `registerRecord`, with a short text that says what it is. */
export const markerRecord = (uuid: string, ts: number): Uint8Array =>
  registerRecord(uuid, ts, "title", text("made by concordat conformance, which deletes it"));

/** A row of a server that has purged nothing; a lineage of its own is opaque to everyone else. */
export const rowAt = (ts: number, randomBytes: (length: number) => Uint8Array): SaidRow => {
  let hash = "";
  for (const byte of randomBytes(8)) hash += byte.toString(16).padStart(2, "0");
  return { seen: ts, purged: 0, at: ts, hash };
};
