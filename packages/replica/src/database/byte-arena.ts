const BLOCK_BYTES = 64 * 1024;

/**
 * Room for the many small values of one commit, out of few large blocks: a buffer of its own costs each of them more
 * than what is in it, and more to collect.
 */
export class ByteArena {
  #block = new Uint8Array(0);
  #used = 0;

  /** `length` bytes for the caller to fill. What was in them before is undefined. */
  take(length: number): Uint8Array {
    if (this.#used + length > this.#block.length) {
      this.#block = new Uint8Array(Math.max(BLOCK_BYTES, length));
      this.#used = 0;
    }
    this.#used += length;
    return this.#block.subarray(this.#used - length, this.#used);
  }
}
