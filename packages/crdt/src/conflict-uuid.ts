import { sha1 } from "@noble/hashes/legacy.js";
import type { ChangeId } from "./change-id.js";
import { hashedUuid, UUID_BYTES, type Uuid, writeUuid } from "./uuid.js";

/**
 * The uuid under which the later of two creations of `uuid` lives (RFC 9562, version 5, in the namespace `uuid`).
 * Every node derives the same one, so the conflict entry needs no author. Model, section 3.
 */
export const conflictUuid = (uuid: Uuid, createdAt: ChangeId): Uuid => {
  const name = new Uint8Array(UUID_BYTES + 8 + UUID_BYTES);
  writeUuid(uuid, name);
  new DataView(name.buffer).setBigUint64(UUID_BYTES, BigInt(createdAt.ts));
  writeUuid(createdAt.server, name, UUID_BYTES + 8);
  return hashedUuid(sha1(name));
};
