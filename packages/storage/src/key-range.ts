import type { KeyRange } from "./store.js";

/** Negative, zero or positive as `a` sorts before, with or after `b`: unsigned bytes, a prefix before what it begins. */
export const compareKeys = (a: Uint8Array, b: Uint8Array): number => {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
};

/** The least bytes that sort after `key`: where the page after the one that ended with `key` starts. */
export const keySuccessor = (key: Uint8Array): Uint8Array => {
  const successor = new Uint8Array(key.length + 1);
  successor.set(key);
  return successor;
};

/** The range of all keys that begin with `prefix`, itself included; every key when it is empty. Copies `prefix`. */
export const prefixRange = (prefix: Uint8Array): KeyRange => {
  const from = new Uint8Array(prefix);
  const last = from.findLastIndex((byte) => byte !== 0xff);
  if (last === -1) return { from };
  const to = from.slice(0, last + 1);
  to[last] = (to[last] ?? 0) + 1;
  return { from, to };
};
