import { StorageError } from "./storage-error.js";

/** Throws `key_length` unless `key` has 1 to `keyBytesMax` bytes. */
export const assertKeyLength = (key: Uint8Array, keyBytesMax: number): void => {
  if (key.length === 0 || key.length > keyBytesMax)
    throw new StorageError("key_length", `a key of ${key.length} bytes: this store takes 1 to ${keyBytesMax}`);
};
