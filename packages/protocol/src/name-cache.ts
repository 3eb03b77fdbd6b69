import { decodeText } from "./utf8.js";

/** A power of two: the hash is cut to it. */
const SLOTS = 1024;
const CACHED_BYTES_MAX = 32;

/**
 * The names that were decoded last, at most 1,024 short ones. The entries of a database share a few names, so that
 * decoding one is mostly finding it: one string in memory per name, and its hash known to every map it is a key of.
 */
const names: string[] = new Array<string>(SLOTS).fill("");

/** As `decodeText`, for text that comes again and again. */
export const decodeName = (bytes: Uint8Array, start: number, end: number): string => {
  if (end - start > CACHED_BYTES_MAX) return decodeText(bytes, start, end);
  const slot = slotOf(bytes, start, end);
  const cached = names[slot] as string;
  if (isAscii(cached, bytes, start, end)) return cached;
  const name = decodeText(bytes, start, end);
  names[slot] = name;
  return name;
};

/** FNV-1a. */
const slotOf = (bytes: Uint8Array, start: number, end: number): number => {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return (hash ^ (hash >>> 16)) & (SLOTS - 1);
};

/** Whether the bytes are `text`, all of it below U+0080. */
const isAscii = (text: string, bytes: Uint8Array, start: number, end: number): boolean => {
  if (text.length !== end - start) return false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit !== bytes[start + index] || unit >= 0x80) return false;
  }
  return true;
};
