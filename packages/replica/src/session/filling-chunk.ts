import { joinedBytes } from "@concordat/protocol";
import type { ChunkLimits } from "./chunk-limits.js";

/**
 * The chunk that grows until it is full, or was silent for long. What is taken lies one record after the other in one buffer, so
 * that it is hashed in one go and sent as it lies.
 */
export class FillingChunk {
  #records: Uint8Array[] = [];
  #bytes = 0;
  #passed = 0;

  constructor(
    private readonly limits: ChunkLimits,
    private readonly rowsSilentMax: number,
  ) {}

  /** @param stored what the record was cut from. */
  add(record: Uint8Array | undefined, stored: Uint8Array | undefined): void {
    this.#passed += 1;
    if (record === undefined) return;
    this.#records.push(record);
    this.#bytes += stored?.length ?? 0;
  }

  get isDue(): boolean {
    const { entriesMax, bytesMax } = this.limits;
    return this.#bytes >= bytesMax || this.#records.length >= entriesMax || this.#passed >= this.rowsSilentMax;
  }

  take(): readonly Uint8Array[] {
    const records = this.#records;
    this.#records = [];
    this.#bytes = 0;
    this.#passed = 0;
    return laidOut(records);
  }
}

/** The same records, one after the other. */
const laidOut = (records: readonly Uint8Array[]): readonly Uint8Array[] => {
  if (records.length < 2) return records;
  const bytes = joinedBytes(records);
  let end = 0;
  return records.map(({ length }) => {
    end += length;
    return bytes.subarray(end - length, end);
  });
};
