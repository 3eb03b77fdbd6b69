import { StorageError, type StorageErrorCode } from "@concordat/storage";

/** What the driver or the server reported, in the storage's terms. `doing` begins the message. */
export const toStorageError = (error: unknown, doing: string): StorageError => {
  if (error instanceof StorageError) return error;
  const state = sqlState(error);
  const code = storageCode(state);
  const remedy = REMEDIES[state ?? ""] ?? CODE_REMEDIES[code] ?? "";
  return new StorageError(code, `${doing}: ${reason(error)}${remedy}`, { cause: error });
};

/** The SQLSTATE; `undefined` when the error is not the server's. */
export const sqlState = (error: unknown): string | undefined => {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
};

/** Whether the session ends by this, or has: shutdown, crash, failover, a cut network. */
export const endsSession = (error: unknown): boolean => {
  const state = sqlState(error);
  return state === undefined || /^(08|57P0)/.test(state);
};

const DISK_FULL = "53100";
const DATA_CORRUPTED = /^XX00[12]$/;

const storageCode = (state: string | undefined): StorageErrorCode => {
  if (state === DISK_FULL) return "store_full";
  return state !== undefined && DATA_CORRUPTED.test(state) ? "store_corrupt" : "store_io";
};

const REMEDIES: Readonly<Record<string, string>> = {
  "28P01": "; correct the password in [storage] url",
  "28000": "; correct the user in [storage] url, or pg_hba.conf",
  "3D000": "; create the database, or correct [storage] url",
  "42501": "; grant the user what docs/storage-postgres.md lists",
  "25006": "; [storage] url names a standby: name the primary",
};

const CODE_REMEDIES: Partial<Record<StorageErrorCode, string>> = {
  store_full: "; free space on the server's disk and try again",
  store_io: "; look at the server and its log, then open the storage again",
  store_corrupt: "; restore a backup of the server, or drop the schema and refresh from a partner",
};

const reason = (error: unknown): string => {
  if (error instanceof AggregateError) return error.errors.map(reason).join(", ");
  return error instanceof Error ? error.message : String(error);
};
