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

const CHANGED: MergeSizes = { entries: 10_000, changes: 5_000 };
const MERGE: MergeSizes = { entries: 10_000, changes: 100_000 };
const IN_MEMORY = { carrier: "no wire", lacks: ["not durable", "not encrypted"] };

const sizesOf = (scale: Scale): PeerSizes => ({
  rounds: scale === "full" ? 4 : 2,
  refresh: scale === "full" ? [10_000, 100_000] : [10_000],
  changed: CHANGED,
  merge: MERGE,
});

export const PEER_PROFILES: readonly PeerProfile[] = [
  {
    kind: "pouchdb",
    name: "PouchDB",
    carrier: "over HTTP",
    lacks: ["not durable", "not encrypted"],
    lacksBothWays: ["one document of two wins"],
    sizes: (scale) => ({ ...sizesOf(scale), merge: undefined }),
  },
  { kind: "yjs", name: "Yjs", ...IN_MEMORY, sizes: sizesOf },
  { kind: "loro", name: "Loro", ...IN_MEMORY, sizes: sizesOf },
  {
    kind: "automerge",
    name: "Automerge",
    ...IN_MEMORY,
    // It takes in about a change a millisecond, and filling 100,000 entries takes it half a minute.
    sizes: (scale) =>
      scale === "full"
        ? { rounds: 3, refresh: [10_000], changed: CHANGED, merge: { entries: 10_000, changes: 20_000 } }
        : {
            rounds: 2,
            refresh: [5_000],
            changed: { entries: 2_000, changes: 1_000 },
            merge: { entries: 2_000, changes: 2_000 },
          },
  },
];
