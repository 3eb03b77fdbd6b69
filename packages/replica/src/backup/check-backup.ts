import { ENTRY_SPACE } from "../database/key-space.js";
import { hexadecimal } from "../hexadecimal.js";
import type { CreateHash } from "../ports/hash.js";
import { systemHash } from "../system/system-ports.js";
import type { BackupHeader } from "./backup-header.js";
import { readBackup } from "./read-backup.js";

export interface CheckBackupOptions {
  readonly onProgress?: (progress: BackupProgress) => void;
  readonly createHash?: CreateHash;
}

/** How far a backup, or a restore, has come. */
export interface BackupProgress {
  /** Entries so far, tombstones too. */
  readonly entries: number;
  readonly entriesTotal: number;
  /** Of keys and values, so far. */
  readonly bytes: number;
}

/** A backup that is whole. */
export interface BackupSummary extends Omit<BackupHeader, "seen"> {
  readonly bytes: number;
  /** The digest of the backup, hexadecimal. */
  readonly sha256: string;
}

/**
 * Reads a backup to its end and checks it, changing nothing. Bounded memory.
 *
 * @throws ReplicaError `backup_damaged`, `backup_unsupported`.
 */
export const checkBackup = async (
  backup: AsyncIterable<Uint8Array>,
  { onProgress, createHash = systemHash }: CheckBackupOptions = {},
): Promise<BackupSummary> => {
  let header: BackupHeader | undefined;
  let progress: BackupProgress = { entries: 0, entriesTotal: 0, bytes: 0 };
  let sha256 = new Uint8Array(0);
  for await (const part of readBackup(backup, createHash)) {
    if (part.kind === "header") header = part.header;
    else if (part.kind === "end") sha256 = new Uint8Array(part.sha256);
    else {
      progress = progressAfter(progress, part.rows, header);
      onProgress?.(progress);
    }
  }
  const { seen: _, ...told } = header as BackupHeader;
  return { ...told, bytes: progress.bytes, sha256: hexadecimal(sha256) };
};

export const progressAfter = (
  before: BackupProgress,
  rows: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[],
  header: BackupHeader | undefined,
): BackupProgress => {
  let { entries, bytes } = before;
  for (const { key, value } of rows) {
    if (key[0] === ENTRY_SPACE) entries += 1;
    bytes += key.length + value.length;
  }
  const { liveEntries = 0, tombstones = 0 } = header?.totals ?? {};
  return { entries, entriesTotal: liveEntries + tombstones, bytes };
};
