import { array, binaryOf, boolean, integer, NIL, text } from "./message-pack.js";
import type { SaidCursor, SaidRow } from "./said-message.js";
import { TYPE } from "./said-message.js";

/* What the runner says. Uuids, commits, hashes and digests are hex. */

export const message = (type: number, ...fields: readonly Uint8Array[]): Uint8Array => array(integer(type), ...fields);

export interface OwnHello {
  readonly domain: string;
  readonly server: string;
  readonly clockMicros: number;
  readonly features?: readonly string[];
  readonly replyFrameBytesMax?: number;
  /** After the last field, as a later version would. */
  readonly more?: readonly Uint8Array[];
}

export const helloMessage = ({ domain, server, clockMicros, features = [], replyFrameBytesMax, more = [] }: OwnHello) =>
  message(
    TYPE.hello,
    integer(0),
    text("concordat conformance"),
    binaryOf(domain),
    binaryOf(server),
    integer(clockMicros),
    array(...features.map(text)),
    array(integer(64 * 1024), integer(replyFrameBytesMax ?? 8 * 1024 * 1024), integer(4 * 1024 * 1024)),
    ...more,
  );

export const rowsBytes = (rows: ReadonlyMap<string, SaidRow>): Uint8Array =>
  array(
    ...[...rows].map(([server, { seen, purged, at, hash }]) =>
      array(binaryOf(server), integer(seen), integer(purged), array(integer(at), binaryOf(hash))),
    ),
  );

export const cursorBytes = ({ server, sequence, commit, scan }: SaidCursor): Uint8Array =>
  array(
    binaryOf(server),
    integer(sequence),
    binaryOf(commit),
    ...(scan ? [array(integer(scan.sequence), binaryOf(scan.uuid))] : []),
  );

export interface OwnIncremental {
  readonly domain: string;
  readonly digest?: string;
  readonly rows: ReadonlyMap<string, SaidRow>;
  readonly cursor?: SaidCursor;
}

export const incrementalMessage = ({ domain, digest, rows, cursor }: OwnIncremental): Uint8Array =>
  message(
    TYPE.incremental,
    binaryOf(domain),
    digest === undefined ? NIL : binaryOf(digest),
    rowsBytes(rows),
    cursor === undefined ? NIL : cursorBytes(cursor),
  );

export const refreshMessage = (cursor?: SaidCursor): Uint8Array =>
  message(TYPE.refresh, cursor === undefined ? NIL : cursorBytes(cursor));

export const errorMessage = (code: string, words: string): Uint8Array =>
  message(TYPE.error, text(code), text(words), boolean(true));
