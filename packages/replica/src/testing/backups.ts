import type { Row } from "@concordat/storage";
import { ChecksumChain, contentBlock, rowsBlock, rowsOfContent } from "../backup/backup-blocks.js";
import { BACKUP_MAGIC, BLOCK_KINDS, CHECKSUM_BYTES, LENGTH_BYTES } from "../backup/backup-format.js";
import { NUMBER_BYTES, writeNumber } from "../database/key-space.js";
import { systemHash } from "../system/system-ports.js";
import type { TestNode } from "./test-topology.js";

/** All bytes of a backup that is made now. */
export const backupOf = async ({ replica }: TestNode): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of replica.backup()) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
};

/** `bytes` in pieces of `size`. */
export async function* inPieces(bytes: Uint8Array, size = 1_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A backup of which nothing tells that its rows are not those that were written: its checksums, and what its end says, fit. */
export const madeUpBackup = (backup: Uint8Array, change: (row: Row) => Row): Uint8Array => {
  const checksums = new ChecksumChain(systemHash);
  const pieces: Uint8Array[] = [BACKUP_MAGIC];
  const totals = { rows: 0, bytes: 0 };
  for (const { kind, content } of blocksOf(backup)) {
    const block = blockOf(kind, content, change, totals);
    const end = block.length - CHECKSUM_BYTES;
    block.set(checksums.next(block.subarray(0, end)), end);
    pieces.push(block);
  }
  return new Uint8Array(Buffer.concat(pieces));
};

/** Every row of a backup. */
export const rowsOfBackup = (backup: Uint8Array): Row[] =>
  [...blocksOf(backup)].flatMap(({ kind, content }) => (kind === BLOCK_KINDS.rows ? rowsOfContent(content) : []));

function* blocksOf(backup: Uint8Array): Generator<{ readonly kind: number; readonly content: Uint8Array }> {
  const view = new DataView(backup.buffer, backup.byteOffset);
  for (let at = BACKUP_MAGIC.length; at < backup.length; ) {
    const end = at + LENGTH_BYTES + view.getUint32(at);
    yield { kind: backup[at + LENGTH_BYTES] as number, content: backup.subarray(at + LENGTH_BYTES + 1, end) };
    at = end + CHECKSUM_BYTES;
  }
}

const blockOf = (
  kind: number,
  content: Uint8Array,
  change: (row: Row) => Row,
  totals: { rows: number; bytes: number },
): Uint8Array => {
  if (kind === BLOCK_KINDS.header) return contentBlock(kind, content);
  if (kind === BLOCK_KINDS.rows) {
    const rows = rowsOfContent(content).map(change);
    totals.rows += rows.length;
    for (const { key, value } of rows) totals.bytes += key.length + value.length;
    return rowsBlock(rows);
  }
  const numbers = new Uint8Array(2 * NUMBER_BYTES);
  writeNumber(totals.rows, numbers, 0);
  writeNumber(totals.bytes, numbers, NUMBER_BYTES);
  return contentBlock(kind, numbers);
};
