/**
 * A backup is a line that says so, then blocks (docs/backup-format.md):
 *
 *     block     u32 length of the payload | payload | checksum, 32 bytes
 *     payload   one letter, then
 *               H  the header, JSON; once, first
 *               R  rows of the database, in ascending order of their keys
 *               E  u64 rows, u64 bytes of their keys and values; once, last
 *     row       u16 length of the key | u32 length of the value | key | value
 *     checksum  SHA-256 over the checksum before it (nothing for the first), the length and the payload
 *
 * Numbers are big-endian. Each checksum covers all that comes before it: the last one is the digest of the backup.
 */
export const BACKUP_MAGIC = new TextEncoder().encode("concordat-backup\n");

export const BACKUP_VERSION = 1;

export const CHECKSUM_BYTES = 32;
export const LENGTH_BYTES = 4;
export const ROW_HEADER_BYTES = 6;

/** A reader takes no more at once: far above a page of rows, and above any entry that can be replicated. */
export const BLOCK_BYTES_MAX = 64 * 1024 * 1024;

export const BLOCK_KINDS = { header: 0x48, rows: 0x52, end: 0x45 } as const;
