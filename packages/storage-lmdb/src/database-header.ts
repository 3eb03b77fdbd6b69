import { closeSync, openSync, readSync } from "node:fs";
import { StorageError } from "@concordat/storage";

/** The last page size that LMDB can have; two meta pages are at the start of a file. */
const PAGE_BYTES_MAX = 65_536;
const MAGIC_AT = 24;
const VERSION_AT = 28;
const PAGE_BYTES_AT = 48;
const HEADER_BYTES = 52;

const MAGIC = 0xbeefc0de;
const VERSION = 2;

/**
 * Throws `store_corrupt` unless `file` is new, empty, or begins as an LMDB file of this version does. LMDB checks the same;
 * but where it finds something else, lmdb-js 3.5.6 ends the process (SIGSEGV) on its way to the error.
 */
export const assertDatabaseHeader = (file: string): void => {
  const start = readStart(file, PAGE_BYTES_MAX + HEADER_BYTES);
  if (start.length === 0) return;
  const pageBytes = start.length < HEADER_BYTES ? 0 : start.readUInt32LE(PAGE_BYTES_AT);
  if (isMeta(start) && pageBytes <= PAGE_BYTES_MAX && isMeta(start.subarray(pageBytes))) return;
  throw new StorageError(
    "store_corrupt",
    `${file} is no LMDB file of version ${VERSION}; restore a backup, or remove it`,
  );
};

const isMeta = (page: Buffer): boolean =>
  page.length >= HEADER_BYTES && page.readUInt32LE(MAGIC_AT) === MAGIC && page.readUInt32LE(VERSION_AT) === VERSION;

const readStart = (file: string, bytesMax: number): Buffer => {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (error) {
    if (Object(error).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
  try {
    const start = Buffer.alloc(bytesMax);
    return start.subarray(0, readSync(descriptor, start, 0, bytesMax, 0));
  } finally {
    closeSync(descriptor);
  }
};
