import type { MergeSizes } from "../subject/merge-alone.js";
import type { Scale } from "./workload.js";

/** A library that others would use in place of ours, and how much it is asked for. */
export interface PeerProfile {
  /** Of its subject. */
  readonly kind: string;
  readonly name: string;
  /** What carries its replication. */
  readonly carrier: string;
  readonly lacks: readonly string[];
  /** In addition, where both sides have changed the same entry. */
  readonly lacksBothWays?: readonly string[];
  sizes(scale: Scale): PeerSizes;
}

export interface PeerSizes {
  /** The first round warms; the others count. */
  readonly rounds: number;
  readonly refresh: readonly number[];
  readonly changed: MergeSizes;
  /** `undefined` where it cannot merge without its store. */
  readonly merge: MergeSizes | undefined;
}

const IN_MEMORY = { carrier: "no wire", lacks: ["not durable", "not encrypted"] };

const FULL: PeerSizes = {
  rounds: 3,
  refresh: [10_000, 100_000],
  changed: { entries: 10_000, changes: 5_000 },
  merge: { entries: 10_000, changes: 100_000 },
};

/** Half a minute for all peers. */
const QUICK: PeerSizes = {
  rounds: 2,
  refresh: [3_000],
  changed: { entries: 1_500, changes: 1_500 },
  merge: { entries: 1_500, changes: 6_000 },
};

const sizesOf = (scale: Scale): PeerSizes => (scale === "full" ? FULL : QUICK);

export const PEER_PROFILES: readonly PeerProfile[] = [
  {
    kind: "pouchdb",
    name: "PouchDB",
    carrier: "over HTTP",
    lacks: ["not durable", "not encrypted"],
    lacksBothWays: ["one document of two wins"],
    sizes: (scale) =>
      scale === "full"
        ? { ...FULL, merge: undefined }
        : { ...QUICK, refresh: [1_000], changed: { entries: 500, changes: 250 }, merge: undefined },
  },
  { kind: "yjs", name: "Yjs", ...IN_MEMORY, sizes: sizesOf },
  { kind: "loro", name: "Loro", ...IN_MEMORY, sizes: sizesOf },
  {
    kind: "automerge",
    name: "Automerge",
    ...IN_MEMORY,
    // It takes in a change or a few a millisecond, and 4 s to be filled with 10,000 entries.
    sizes: (scale) =>
      scale === "full"
        ? { ...FULL, refresh: [10_000], merge: { entries: 10_000, changes: 20_000 } }
        : {
            ...QUICK,
            refresh: [500],
            changed: { entries: 500, changes: 250 },
            merge: { entries: 500, changes: 500 },
          },
  },
];
