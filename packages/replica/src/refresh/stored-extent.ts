import { UUID_BYTES, type Uuid, uuidToBytes } from "@concordat/crdt";
import { entryUuidBytes } from "@concordat/protocol";

/**
 * How far a store is filled that is filled in the order of uuids: what lies beyond need not be looked for. It stays right when
 * records come in another order; it then only knows less.
 */
export class StoredExtent {
  #last: Uint8Array;

  /** @param uuid nothing is stored beyond it; `undefined` where nothing is stored at all. */
  constructor(uuid: Uuid | undefined) {
    this.#last = uuid ? uuidToBytes(uuid) : new Uint8Array(0);
  }

  /** Takes validated records in. @returns whether each lies beyond the one before, and all beyond what was stored. */
  extend(records: readonly Uint8Array[]): boolean {
    let last = this.#last;
    let isBeyond = true;
    for (const record of records) {
      const uuid = entryUuidBytes(record);
      if (comesAfter(uuid, last)) last = uuid;
      else isBeyond = false;
    }
    // A view would keep the frame that the record came in.
    this.#last = last.slice();
    return isBeyond;
  }
}

/** Whether `uuid` comes after `other`, which is a uuid, or empty. */
const comesAfter = (uuid: Uint8Array, other: Uint8Array): boolean => {
  if (other.length === 0) return true;
  for (let index = 0; index < UUID_BYTES; index += 1) {
    const difference = (uuid[index] as number) - (other[index] as number);
    if (difference !== 0) return difference > 0;
  }
  return false;
};
