import type { ServerLag, Uuid } from "@concordat/crdt";
import { adjacentSpan, joinedBytes } from "./adjacent.js";
import { type ByteWriter, writtenBytes } from "./byte-writer.js";
import { malformed, shapeError } from "./malformed.js";
import type {
  Begin,
  Chunk,
  Cursor,
  DigestEntry,
  Digests,
  ErrorMessage,
  Hello,
  HelloCertificates,
  Incremental,
  Message,
  WireRuvRow,
} from "./message.js";
import {
  ACCEPTED_CERTIFICATES_MAX,
  ATTRIBUTE_DIGEST_BYTES,
  COMMIT_BYTES,
  DIGEST_BYTES,
  ERROR_CODE_BYTES_MAX,
  ERROR_MESSAGE_BYTES_MAX,
  FEATURE_BYTES_MAX,
  FEATURES_MAX,
  RANGE_DIGEST_BYTES,
  SIGNATURE_BYTES,
  SOFTWARE_BYTES_MAX,
  SUCCESSOR_BYTES_MAX,
} from "./message-bounds.js";
import { MESSAGE_TYPES } from "./message-type.js";
import { writeRuvRow } from "./write-ruv-row.js";

/** Records from this size on are passed through as parts of their own; smaller ones are cheaper to copy together. */
const PART_BYTES_MIN = 16 * 1024;

/**
 * The payload of the frame that carries `message`, in parts that follow one another. Records of a chunk that lie one after the
 * other, and large ones, are among the parts as they are, not copied: they must not change before the frame is sent.
 *
 * The text of an `error` is cut to its greatest length.
 *
 * @throws ProtocolError `shape`, blame `caller`: a number that is not an integer from 0 to 2^53 - 1, a commit or digest
 * of the wrong length, a text over its greatest length.
 */
export const encodeMessage = (message: Message): readonly Uint8Array[] => {
  try {
    if (message.type === "chunk") return chunkParts(message);
    return [writtenBytes((writer) => writeMessage(writer, message))];
  } catch (error) {
    throw shapeError(error, () => message.type, "caller");
  }
};

const chunkParts = (chunk: Chunk): Uint8Array[] => {
  const opening = writtenBytes((writer) => {
    open(writer, "chunk", 2);
    writeCursor(writer, chunk.cursor);
    writer.array(chunk.records.length);
  });
  const span = adjacentSpan(chunk.records);
  if (span) return [opening, span];
  const parts: Uint8Array[] = [];
  let small = [opening];
  for (const record of chunk.records) {
    if (record.length < PART_BYTES_MIN) {
      small.push(record);
      continue;
    }
    parts.push(joinedBytes(small), record);
    small = [];
  }
  if (small.length > 0) parts.push(joinedBytes(small));
  return parts.filter((part) => part.length > 0);
};

const writeMessage = (writer: ByteWriter, message: Exclude<Message, Chunk>): void => {
  switch (message.type) {
    case "hello":
      writeHello(writer, message);
      break;
    case "ping":
    case "subscribe":
    case "pong":
    case "no-changes":
    case "changed":
      open(writer, message.type, 0);
      break;
    case "incremental":
      writeIncremental(writer, message);
      break;
    case "refresh":
      open(writer, message.type, 1);
      writeOptionalCursor(writer, message.cursor);
      break;
    case "domain-mismatch":
      open(writer, message.type, 1);
      writer.uuid(message.domainUuid);
      break;
    case "refresh-required":
      open(writer, message.type, 1);
      writeLags(writer, message.lags);
      break;
    case "unwilling":
      open(writer, message.type, 2);
      writeLags(writer, message.lags);
      writer.text(message.reason);
      break;
    case "begin":
      writeBegin(writer, message);
      break;
    case "end":
      open(writer, message.type, 3);
      writeCursor(writer, message.cursor);
      writer.count(message.count);
      writeBinary(writer, "digest", message.digest, DIGEST_BYTES);
      break;
    case "digest":
      open(writer, message.type, 3);
      writeOptionalUuid(writer, message.after);
      writeOptionalUuid(writer, message.through);
      writer.count(message.entriesPerRange);
      break;
    case "digests":
      writeDigests(writer, message);
      break;
    case "error":
      writeError(writer, message);
      break;
  }
};

const open = (writer: ByteWriter, type: Message["type"], fields: number): void => {
  writer.array(1 + fields);
  writer.integer(MESSAGE_TYPES[type]);
};

const writeHello = (writer: ByteWriter, hello: Hello): void => {
  open(writer, hello.type, hello.certificates ? 8 : 7);
  writer.count(hello.minor);
  writeText(writer, "software", hello.software, SOFTWARE_BYTES_MAX);
  writer.uuid(hello.domainUuid);
  writer.uuid(hello.serverUuid);
  writer.count(hello.clockMicros);
  if (hello.features.length > FEATURES_MAX) malformed(`${hello.features.length} features, limit ${FEATURES_MAX}`);
  writer.array(hello.features.length);
  for (const feature of hello.features) writeText(writer, "feature", feature, FEATURE_BYTES_MAX);
  writer.array(3);
  writer.count(hello.limits.requestFrameBytesMax);
  writer.count(hello.limits.replyFrameBytesMax);
  writer.count(hello.limits.entryBytesMax);
  if (hello.certificates) writeCertificates(writer, hello.certificates);
};

const writeCertificates = (writer: ByteWriter, { successor, accepted }: HelloCertificates): void => {
  writer.array(2);
  if (successor === undefined) writer.nil();
  else {
    const { length } = successor.certificate;
    if (length > SUCCESSOR_BYTES_MAX) malformed(`a certificate of ${length} bytes, limit ${SUCCESSOR_BYTES_MAX}`);
    writer.array(2);
    writer.binary(successor.certificate);
    writeBinary(writer, "signature", successor.signature, SIGNATURE_BYTES);
  }
  if (accepted.length > ACCEPTED_CERTIFICATES_MAX)
    malformed(`${accepted.length} certificates, limit ${ACCEPTED_CERTIFICATES_MAX}`);
  writer.array(accepted.length);
  for (const digest of accepted) writeBinary(writer, "fingerprint", digest, DIGEST_BYTES);
};

const writeIncremental = (writer: ByteWriter, request: Incremental): void => {
  open(writer, request.type, 4);
  writer.uuid(request.domainUuid);
  if (request.frozenDigest === undefined) writer.nil();
  else writeBinary(writer, "frozenDigest", request.frozenDigest, DIGEST_BYTES);
  writeRows(writer, request.rows);
  writeOptionalCursor(writer, request.cursor);
};

const writeBegin = (writer: ByteWriter, begin: Begin): void => {
  open(writer, begin.type, 6);
  writer.text(begin.kind);
  writer.uuid(begin.domainUuid);
  writer.array(begin.servers.length);
  for (const server of begin.servers) writer.uuid(server);
  writeRows(writer, begin.rows);
  writer.count(begin.head);
  writer.array(2);
  writer.count(begin.estimate.entries);
  writer.count(begin.estimate.bytes);
};

const writeDigests = (writer: ByteWriter, { type, ranges, entries, rows, more }: Digests): void => {
  open(writer, type, 4);
  writer.array(ranges.length);
  for (const { through, count, digest } of ranges) {
    writer.array(3);
    writer.uuid(through);
    writer.count(count);
    writeBinary(writer, "digest", digest, RANGE_DIGEST_BYTES);
  }
  writer.array(entries.length);
  for (const entry of entries) writeDigestEntry(writer, entry);
  writeRows(writer, rows);
  writer.boolean(more);
};

const writeDigestEntry = (writer: ByteWriter, { uuid, kind, digest, newest, attributes }: DigestEntry): void => {
  writer.array(5);
  writer.uuid(uuid);
  writer.boolean(kind === "live");
  writeBinary(writer, "digest", digest, RANGE_DIGEST_BYTES);
  writer.array(newest.length);
  for (const { server, ts } of newest) {
    writer.array(2);
    writer.uuid(server);
    writer.count(ts);
  }
  if (attributes === undefined) writer.nil();
  else writer.array(attributes.length);
  for (const attribute of attributes ?? []) {
    writer.array(2);
    writer.text(attribute.name);
    writeBinary(writer, "digest", attribute.digest, ATTRIBUTE_DIGEST_BYTES);
  }
};

const writeOptionalUuid = (writer: ByteWriter, uuid: Uuid | undefined): void => {
  if (uuid === undefined) writer.nil();
  else writer.uuid(uuid);
};

const writeError = (writer: ByteWriter, error: ErrorMessage): void => {
  open(writer, error.type, 3);
  writeText(writer, "code", error.code, ERROR_CODE_BYTES_MAX);
  writer.text(cutToBytes(error.message, ERROR_MESSAGE_BYTES_MAX));
  writer.boolean(error.retryable);
};

const writeRows = (writer: ByteWriter, rows: readonly WireRuvRow[]): void => {
  writer.array(rows.length);
  for (const row of rows) writeRuvRow(writer, row);
};

const writeLags = (writer: ByteWriter, lags: readonly ServerLag[]): void => {
  writer.array(lags.length);
  for (const { server, seen, purged } of lags) {
    writer.array(3);
    writer.uuid(server);
    writer.count(seen);
    writer.count(purged);
  }
};

const writeOptionalCursor = (writer: ByteWriter, cursor: Cursor | undefined): void => {
  if (cursor === undefined) writer.nil();
  else writeCursor(writer, cursor);
};

const writeCursor = (writer: ByteWriter, { server, sequence, commit, scan }: Cursor): void => {
  writer.array(scan ? 4 : 3);
  writer.uuid(server);
  writer.count(sequence);
  writeBinary(writer, "commit", commit, COMMIT_BYTES);
  if (scan === undefined) return;
  writer.array(2);
  writer.count(scan.sequence);
  writer.uuid(scan.uuid);
};

const writeBinary = (writer: ByteWriter, field: string, bytes: Uint8Array, length: number): void => {
  if (bytes.length !== length) malformed(`${field} of ${bytes.length} bytes instead of ${length}`);
  writer.binary(bytes);
};

const encoder = new TextEncoder();

const writeText = (writer: ByteWriter, field: string, text: string, bytesMax: number): void => {
  const { length } = encoder.encode(text);
  if (length > bytesMax) malformed(`${field} of ${length} bytes, limit ${bytesMax}`);
  writer.text(text);
};

/** As much of `text` as fits `bytesMax`, whole characters; whatever has no UTF-8 becomes U+FFFD. */
const cutToBytes = (text: string, bytesMax: number): string => {
  const bytes = new Uint8Array(bytesMax);
  const { written } = encoder.encodeInto(text, bytes);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, written));
};
