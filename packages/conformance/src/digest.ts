import { sha256 } from "@noble/hashes/sha2.js";

/** SHA-256 over `parts`, one after the other. */
export const digestOf = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = sha256.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
};
