const BLOCK_BYTES = 64 * 1024;

/**
 * Room for many small values, out of few large blocks: a buffer of its own costs each of them more than what is in it, and
 * more to collect. A value that is kept keeps its block.
 */
export class ByteArena {
  #block = new Uint8Array(0);
  #used = 0;

  /** `length` bytes for the caller to fill. What was in them before is undefined. A large value gets a block to itself. */
  take(length: number): Uint8Array {
    if (length > BLOCK_BYTES / 4) return new Uint8Array(length);
    if (this.#used + length > this.#block.length) {
      this.#block = new Uint8Array(BLOCK_BYTES);
      this.#used = 0;
    }
    this.#used += length;
    return this.#block.subarray(this.#used - length, this.#used);
  }
}
