import { hexOf } from "./hex.js";

/** A uuid of version 4, in hex. */
export const randomUuid = (randomBytes: (length: number) => Uint8Array): string => {
  const bytes = randomBytes(16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return hexOf(bytes);
};
