/**
 * A running hash over the commits of one server, computed by that server alone and copied by everyone else: equal
 * times with unequal hashes expose a replica that went back in time, or a copied disk. Model, sections 4 and 6.
 */
export interface Lineage {
  /** The time, in microseconds, of the last change that the hash covers. */
  readonly at: number;
  /** An unsigned 64-bit integer. */
  readonly hash: bigint;
}

export const NO_LINEAGE: Lineage = { at: 0, hash: 0n };

/**
 * The lineage after one more change at `ts`, in microseconds.
 *
 * @param commitName the first 8 bytes of the commit's random name: two histories whose clocks agree to the microsecond still differ.
 */
export const extendLineage = (lineage: Lineage, ts: number, commitName: Uint8Array): Lineage => {
  const name = new DataView(commitName.buffer, commitName.byteOffset).getBigUint64(0);
  return { at: ts, hash: mix(lineage.hash ^ mix(BigInt(ts) ^ mix(name))) };
};

export const laterLineage = (left: Lineage, right: Lineage): Lineage => (right.at > left.at ? right : left);

/** The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): every input bit moves about half of the output's. */
const mix = (input: bigint): bigint => {
  const first = BigInt.asUintN(64, input + 0x9e3779b97f4a7c15n);
  const second = BigInt.asUintN(64, (first ^ (first >> 30n)) * 0xbf58476d1ce4e5b9n);
  const third = BigInt.asUintN(64, (second ^ (second >> 27n)) * 0x94d049bb133111ebn);
  return third ^ (third >> 31n);
};
