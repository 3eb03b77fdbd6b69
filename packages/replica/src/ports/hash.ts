/** One running SHA-256 (FIPS 180-4). */
export interface Hash {
  update(bytes: Uint8Array): void;
  /** 32 bytes; ends the hash. */
  digest(): Uint8Array;
}

export type CreateHash = () => Hash;
