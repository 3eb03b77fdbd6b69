import { byteArenaMicro } from "./byte-arena.js";
import { decodeEntryMicro } from "./decode-entry.js";
import { decodeMessageMicro } from "./decode-message.js";
import { decodeValueMicro, readValueMicro } from "./decode-value.js";
import { diffRuvMicro } from "./diff-ruv.js";
import { encodeEntryMicro, encodeEntryOverBaseMicro } from "./encode-entry.js";
import { mergeEntryMicro } from "./merge-entry.js";
import type { MicroBenchmark } from "./micro-benchmark.js";
import { readEntryMicro } from "./read-entry.js";
import { unseenPartMicro } from "./unseen-part.js";
import { unseenRecordMicro } from "./unseen-record.js";
import { uuidFromBytesMicro, writeUuidMicro } from "./uuid.js";
import { validateEntryMicro } from "./validate-entry.js";

export const MICRO_BENCHMARKS: readonly MicroBenchmark[] = [
  decodeMessageMicro,
  validateEntryMicro,
  readEntryMicro,
  decodeEntryMicro,
  decodeValueMicro,
  readValueMicro,
  mergeEntryMicro,
  encodeEntryMicro,
  encodeEntryOverBaseMicro,
  unseenPartMicro,
  unseenRecordMicro,
  diffRuvMicro,
  uuidFromBytesMicro,
  writeUuidMicro,
  byteArenaMicro,
];
