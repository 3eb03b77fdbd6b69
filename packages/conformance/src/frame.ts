import { joined } from "./hex.js";

/** A frame around `payload`; `length` in place of its own is a lie. */
export const framed = (payload: Uint8Array, length = payload.length): Uint8Array =>
  joined(Uint8Array.of(length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff), payload);
