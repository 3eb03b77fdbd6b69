/** Numbers below `bound` that look random and depend on `seed` alone (mulberry32). */
export const seededRandom = (seed: number): ((bound: number) => number) => {
  let state = seed | 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
};

/** Codes that change what follows: every header, the borders of the fixed forms, what is forbidden. */
const TELLING_BYTES = [
  0x00, 0x7f, 0x80, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xc4, 0xc5, 0xc6, 0xc7,
  0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd3, 0xd4, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff,
];

/** `bytes` with up to four small damages: bytes changed, put in, left out, or the end cut off. */
export const mutated = (bytes: Uint8Array, random: (bound: number) => number): Uint8Array => {
  let mutant = bytes;
  for (let damage = random(4); damage >= 0; damage -= 1) mutant = damaged(mutant, random);
  return mutant;
};

const damaged = (bytes: Uint8Array, random: (bound: number) => number): Uint8Array => {
  const at = random(bytes.length + 1);
  const byte = random(2) === 0 ? random(256) : (TELLING_BYTES[random(TELLING_BYTES.length)] as number);
  switch (random(5)) {
    case 0:
      return joined(bytes.subarray(0, at), Uint8Array.of(byte), bytes.subarray(at));
    case 1:
      return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random(3)));
    case 2:
      return bytes.slice(0, at);
    default:
      return joined(bytes.subarray(0, at), Uint8Array.of(byte), bytes.subarray(at + 1));
  }
};

const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};
