import { UUID_BYTES, type Uuid, uuidFromBytes } from "@concordat/crdt";
import type { ProtocolLimits } from "./limits.js";
import { ProtocolError } from "./protocol-error.js";

/*
 * An entry record: the bytes of an entry on the wire, and in storage.
 *
 *     live      [uuid, createdAt, conflictOf or nil, { name: { kind: state } }]
 *     tombstone [uuid, createdAt, conflictOf or nil, deletion]
 *               [uuid, createdAt, conflictOf or nil, deletion, { name: { kind: state } }]
 *
 *     change id (cid)   [server, ts]; server: index into the server table that comes with the record
 *     version           [cid] once removed, [cid, value], or [cid, value or nil, context]
 *     context           [[server, ts], ...]                             ascending by the server's uuid
 *     register          version, or [cid, value or nil, context, [version, ...]] with what the first did not know
 *     set               [[cid, present, element], ...]                  ascending by the bytes of the element
 *     map               { key: register }
 *     counter           [[server, ts, increments, decrements], ...]     ascending by the server's uuid
 *     deletion          cid, or a register without values
 *
 * The kinds are counter, map, register, set, and those that users have made, by names such as `example.com/max`, whose state
 * is a register, whatever its values mean.
 *
 * Uuids are bin 16. Names, kinds and keys ascend by their UTF-8 bytes, none twice. Only the attributes of a live entry
 * may be empty, and the first context of a register with more versions than one.
 * Given a server table, a state has exactly one record. `docs/protocol.md`, "Entry records".
 */

/** What a record is held to. */
export interface EntryLimits extends Pick<ProtocolLimits, "entryBytesMax" | "depthMax" | "attributeNameBytesMax"> {
  /** The latest change that is accepted, in microseconds since the Unix epoch; `undefined` accepts any. */
  readonly changeMicrosMax?: number | undefined;
  /** The index, in the server table that comes with the records, of a server whose changes are looked out for. */
  readonly ownIndex?: number | undefined;
  /** Of each server of that table, up to when its changes are claimed, in microseconds: what goes beyond is looked out for. */
  readonly claimedMicros?: readonly number[] | undefined;
}

/** An array of 4, or of 5. */
export const isRecordOpening = (byte: number | undefined): boolean => byte === 0x94 || byte === 0x95;

/** Whether `byte` begins a map. */
export const isMapOpening = (byte: number): boolean => byte >> 4 === 0x8 || byte === 0xde || byte === 0xdf;

/** `[uuid, [0, 0], nil, {}]` */
export const RECORD_BYTES_MIN = 24;

/** The opening, and the header of the uuid. */
const UUID_OFFSET = 3;

/** The 16 bytes of the uuid of a validated record, not copied. */
export const entryUuidBytes = (record: Uint8Array): Uint8Array =>
  record.subarray(UUID_OFFSET, UUID_OFFSET + UUID_BYTES);

/**
 * Whose record it is, without reading on.
 *
 * @throws ProtocolError `shape` when `record` does not open as a record does.
 */
export const readEntryUuid = (record: Uint8Array): Uuid => {
  const opensWell = isRecordOpening(record[0]) && record[1] === 0xc4 && record[2] === UUID_BYTES;
  if (opensWell && record.length >= UUID_OFFSET + UUID_BYTES) return uuidFromBytes<Uuid>(record, UUID_OFFSET);
  throw new ProtocolError("shape", "an entry record that does not begin with a uuid", { blame: "peer" });
};
