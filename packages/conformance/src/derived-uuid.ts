import { sha1 } from "@noble/hashes/legacy.js";
import type { ChangeTold } from "./described-record.js";
import { bytesOf, hexOf, joined } from "./hex.js";

/** The uuid of the later of two creations of `uuid`. Protocol, section 9. */
export const derivedUuid = (uuid: string, created: ChangeTold): string => {
  const [server = "", ts = ""] = created.split("@");
  const hash = sha1(joined(bytesOf(uuid), bytesOf(BigInt(ts).toString(16).padStart(16, "0")), bytesOf(server)));
  hash[6] = ((hash[6] as number) & 0x0f) | 0x50;
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80;
  return hexOf(hash.subarray(0, 16));
};
