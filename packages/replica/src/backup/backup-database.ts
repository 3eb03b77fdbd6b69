import type { Database } from "../database/database.js";
import { NUMBER_BYTES, writeNumber } from "../database/key-space.js";
import { pagesOf } from "../database/snapshot-reads.js";
import { takeStatedSnapshot } from "../database/stated-snapshot.js";
import type { Clock } from "../ports/clock.js";
import type { CreateHash } from "../ports/hash.js";
import type { Turn } from "../turn.js";
import { ChecksumChain, contentBlock, rowsBlock } from "./backup-blocks.js";
import { BACKUP_MAGIC, BLOCK_KINDS, CHECKSUM_BYTES } from "./backup-format.js";
import { encodeHeader, seenOfRuv } from "./backup-header.js";

export interface BackupContext {
  readonly database: () => Database;
  readonly turn: Turn;
  readonly clock: Clock;
  readonly createHash: CreateHash;
  readonly software: string;
  /** Each ends it. */
  readonly signals: readonly (AbortSignal | undefined)[];
}

/**
 * All rows of one moment, as `docs/backup-format.md` says, read no faster than they are taken: a page of rows in memory. Writes
 * go on meanwhile. The moment is between two commits, when it is first asked for more.
 */
export async function* backupDatabase(context: BackupContext): AsyncGenerator<Uint8Array> {
  const { createHash, signals } = context;
  const { header, snapshot } = await momentOf(context);
  try {
    const checksums = new ChecksumChain(createHash);
    yield BACKUP_MAGIC;
    yield sealed(contentBlock(BLOCK_KINDS.header, header), checksums);
    let rowCount = 0;
    let bytes = 0;
    for await (const rows of pagesOf(snapshot, EVERYTHING)) {
      for (const signal of signals) signal?.throwIfAborted();
      for (const { key, value } of rows) bytes += key.length + value.length;
      rowCount += rows.length;
      yield sealed(rowsBlock(rows), checksums);
    }
    yield sealed(contentBlock(BLOCK_KINDS.end, numbersBytes(rowCount, bytes)), checksums);
  } finally {
    await snapshot.close();
  }
}

const EVERYTHING = { from: new Uint8Array(0) };

const momentOf = ({ database, turn, clock, software }: BackupContext) =>
  turn.run(async () => {
    const current = database();
    const { snapshot, ruv } = await takeStatedSnapshot(current);
    const { domainUuid, serverUuid, state } = current;
    const header = encodeHeader({
      createdAtMicros: clock.wallMicros(),
      software,
      domainUuid,
      serverUuid,
      totals: state.totals,
      seen: seenOfRuv(ruv),
    });
    return { header, snapshot };
  });

/** `block` with its checksum. */
const sealed = (block: Uint8Array, checksums: ChecksumChain): Uint8Array => {
  const end = block.length - CHECKSUM_BYTES;
  block.set(checksums.next(block.subarray(0, end)), end);
  return block;
};

const numbersBytes = (...numbers: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(numbers.length * NUMBER_BYTES);
  numbers.forEach((value, index) => {
    writeNumber(value, bytes, index * NUMBER_BYTES);
  });
  return bytes;
};
