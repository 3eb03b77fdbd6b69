import { sameBytes } from "@concordat/crdt";
import { compareKeys, type Row } from "@concordat/storage";
import { NUMBER_BYTES, readNumber } from "../database/key-space.js";
import type { CreateHash } from "../ports/hash.js";
import { ChecksumChain, rowsOfContent } from "./backup-blocks.js";
import { backupDamaged } from "./backup-errors.js";
import { BACKUP_MAGIC, BLOCK_BYTES_MAX, BLOCK_KINDS, CHECKSUM_BYTES, LENGTH_BYTES } from "./backup-format.js";
import { type BackupHeader, decodeHeader } from "./backup-header.js";
import { ByteSource } from "./byte-source.js";

/** The header, rows in ascending order of their keys, and, once everything is known to be whole, the digest of all. */
export type BackupPart =
  | { readonly kind: "header"; readonly header: BackupHeader }
  | { readonly kind: "rows"; readonly rows: readonly Row[] }
  | { readonly kind: "end"; readonly sha256: Uint8Array };

/**
 * Reads a backup and checks all of it: what came is only known to be a whole one when the end has come. One block in memory.
 *
 * @throws ReplicaError `backup_damaged`, at the first block that is not what was written; `backup_unsupported`.
 */
export async function* readBackup(
  pieces: AsyncIterable<Uint8Array>,
  createHash: CreateHash,
): AsyncGenerator<BackupPart> {
  const source = new ByteSource(pieces);
  const checksums = new ChecksumChain(createHash);
  const order = new RowOrder();
  try {
    if (!sameBytes(await source.take(BACKUP_MAGIC.length), BACKUP_MAGIC))
      throw backupDamaged("it does not begin as one");
    yield { kind: "header", header: decodeHeader(await contentOf(source, checksums, BLOCK_KINDS.header)) };
    for (;;) {
      const payload = await nextPayload(source, checksums);
      const content = payload.subarray(1);
      if (payload[0] === BLOCK_KINDS.rows) {
        const rows = rowsOfContent(content);
        order.add(rows);
        yield { kind: "rows", rows };
        continue;
      }
      if (payload[0] !== BLOCK_KINDS.end) throw backupDamaged("a block is of no known kind");
      order.expectCounts(content);
      if ((await source.take(1)).length > 0) throw backupDamaged("something follows its end");
      yield { kind: "end", sha256: checksums.last };
      return;
    }
  } finally {
    await source.end();
  }
}

/** Counts rows, and holds them to their order: each key once. */
class RowOrder {
  #rows = 0;
  #bytes = 0;
  #last = new Uint8Array(0);

  add(rows: readonly Row[]): void {
    let last: Uint8Array = this.#last;
    for (const { key, value } of rows) {
      if (compareKeys(last, key) >= 0) throw backupDamaged("its rows are out of order");
      last = key;
      this.#bytes += key.length + value.length;
    }
    this.#rows += rows.length;
    this.#last = new Uint8Array(last);
  }

  expectCounts(content: Uint8Array): void {
    const whole = content.length === 2 * NUMBER_BYTES;
    if (!whole || readNumber(content, 0) !== this.#rows || readNumber(content, NUMBER_BYTES) !== this.#bytes)
      throw backupDamaged("it has another count of rows than its end says");
  }
}

const contentOf = async (source: ByteSource, checksums: ChecksumChain, kind: number): Promise<Uint8Array> => {
  const payload = await nextPayload(source, checksums);
  if (payload[0] !== kind) throw backupDamaged("a block is of another kind than is due");
  return payload.subarray(1);
};

const nextPayload = async (source: ByteSource, checksums: ChecksumChain): Promise<Uint8Array> => {
  const lengthBytes = await source.take(LENGTH_BYTES);
  if (lengthBytes.length < LENGTH_BYTES) throw cutOff();
  const length = new DataView(lengthBytes.buffer, lengthBytes.byteOffset).getUint32(0);
  if (length < 1 || length > BLOCK_BYTES_MAX) throw backupDamaged(`a block claims ${length} bytes`);
  const payload = await source.take(length);
  if (payload.length < length) throw cutOff();
  const expected = checksums.next(lengthBytes, payload);
  const checksum = await source.take(CHECKSUM_BYTES);
  if (checksum.length < CHECKSUM_BYTES) throw cutOff();
  if (!sameBytes(checksum, expected)) throw backupDamaged("its bytes have changed since it was made");
  return payload;
};

const cutOff = () => backupDamaged("it is cut off");
