import { createHash } from "node:crypto";
import { type Uuid, uuidFromBytes, uuidToBytes } from "@concordat/crdt";

/** The uuid of the entry in a line that names none: of version 5 (RFC 9562), the same whenever the line is imported again. Pure. */
export const lineUuid = (importUuid: Uuid, line: number): Uuid => {
  const bytes = createHash("sha1").update(uuidToBytes(importUuid)).update(String(line)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return uuidFromBytes<Uuid>(bytes);
};
