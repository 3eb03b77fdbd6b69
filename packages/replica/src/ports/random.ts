export interface Random {
  /** Unpredictable bytes: uuids and commit names are made of them. */
  bytes(length: number): Uint8Array;
  /** At least 0, below 1: jitter is made of it. */
  fraction(): number;
}
