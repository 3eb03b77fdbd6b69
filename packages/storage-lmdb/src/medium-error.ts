import { constants } from "node:os";
import { StorageError, type StorageErrorCode } from "@concordat/storage";

/** No space, over quota, or over the greatest size of a file: room is what is missing, nothing is broken. */
const NO_ROOM = new Set<unknown>([constants.errno.ENOSPC, constants.errno.EDQUOT, constants.errno.EFBIG]);

/** MDB_CORRUPTED, MDB_VERSION_MISMATCH, MDB_INVALID: the file is not what LMDB wrote, or not this version of it. */
const NOT_OURS = new Set<unknown>([-30796, -30794, -30793]);

/** What LMDB or the file system reported, in the storage's terms. `doing` begins the message. */
export const toStorageError = (error: unknown, doing: string): StorageError => {
  if (error instanceof StorageError) return error;
  const code = storageCode(error);
  return new StorageError(code, `${doing}: ${reason(error)}${REMEDIES[code] ?? ""}`, { cause: error });
};

const REMEDIES: Partial<Record<StorageErrorCode, string>> = {
  store_full: "; free space on the disk and try again",
  store_io: "; look at the disk and its rights, then open the storage again",
  store_corrupt: "; restore a backup, or remove the file and refresh from a partner",
};

/** LMDB reports errno as it is, Node negated beside a name. */
export const isNoRoom = (error: unknown): boolean => {
  const { code, errno } = Object(error) as { readonly code?: unknown; readonly errno?: unknown };
  return NO_ROOM.has(code) || (typeof errno === "number" && NO_ROOM.has(-errno));
};

/** What LMDB calls a write of which only a part was done, as happens where the room ends in its middle; and any failure of a device. */
export const isCutOff = (error: unknown): boolean => Object(error).code === constants.errno.EIO;

const storageCode = (error: unknown): StorageErrorCode => {
  if (isNoRoom(error)) return "store_full";
  return NOT_OURS.has(Object(error).code) ? "store_corrupt" : "store_io";
};

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
