/** Bytes that come in pieces of any size, taken in pieces of another. Holds one of each. */
export class ByteSource {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #held = new Uint8Array(0);

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** The next `length` bytes; fewer at the end. The caller must not change them. */
  async take(length: number): Promise<Uint8Array> {
    if (this.#held.length >= length) return this.#split(length);
    const parts: Uint8Array[] = [this.#held];
    let bytes = this.#held.length;
    while (bytes < length) {
      const next = await this.#pieces.next();
      if (next.done) break;
      parts.push(next.value);
      bytes += next.value.length;
    }
    this.#held = joined(parts, bytes);
    return this.#split(length);
  }

  /** Tells whoever gives the bytes that no more are wanted. */
  async end(): Promise<void> {
    await this.#pieces.return?.();
  }

  #split(length: number): Uint8Array {
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(taken.length);
    return taken;
  }
}

const joined = (parts: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> => {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};
