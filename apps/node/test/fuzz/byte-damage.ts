import type { Random } from "./random.js";

/** Codes that change what follows, in MessagePack and DER alike: headers, borders of lengths, what is forbidden. */
const TELLING_BYTES = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x18, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x8f,
  0x90, 0x92, 0x94, 0x95, 0x9f, 0xa0, 0xa3, 0xbf, 0xc0, 0xc1, 0xc2, 0xc4, 0xc6, 0xc7, 0xca, 0xcb, 0xcf, 0xd0, 0xd3,
  0xd4, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff,
];

/** `bytes` with some small damages: bytes changed, put in, left out, doubled, or the end cut off. */
export const damaged = (bytes: Uint8Array, random: Random, timesMax: number): Uint8Array => {
  let mutant = bytes;
  for (let times = random.below(timesMax + 1); times > 0; times -= 1) mutant = damagedOnce(mutant, random);
  return mutant;
};

const damagedOnce = (bytes: Uint8Array, random: Random): Uint8Array => {
  const at = random.below(bytes.length + 1);
  const byte = random.oneIn(2) ? random.below(256) : random.pick(TELLING_BYTES);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random.below(6)) {
    case 0:
      return Buffer.concat([before, Uint8Array.of(byte), after]);
    case 1:
      return Buffer.concat([before, after.subarray(1 + random.below(8))]);
    case 2:
      return before;
    case 3:
      return Buffer.concat([before, after.subarray(0, random.below(40)), after]);
    default:
      return Buffer.concat([before, Uint8Array.of(byte), after.subarray(1)]);
  }
};
