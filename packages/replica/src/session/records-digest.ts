import { joinedBytes } from "@concordat/protocol";
import type { CreateHash, Hash } from "../ports/hash.js";

/** The digest over the records of a stream, in order. A call for each record would cost more than what it hashes. */
export class RecordsDigest {
  readonly #hash: Hash;
  #count = 0;

  constructor(createHash: CreateHash) {
    this.#hash = createHash();
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  /** The records of one chunk. */
  add(records: readonly Uint8Array[]): void {
    if (records.length > 0) this.#hash.update(joinedBytes(records));
    this.#count += records.length;
  }

  digest(): Uint8Array {
    return this.#hash.digest();
  }
}
