import type { Unsynced } from "../disk/simulated-storage.js";
import type { HostileFrame } from "../network/hostile-frame.js";
import type { Way } from "../network/way.js";

/** One thing that is done to the world at its time, in milliseconds from the beginning. A list of them is a run: any may be left out. */
export type Action = { readonly atMs: number } & Deed;

/** Nodes are named by their index, modulo how many there are. */
export type Deed =
  /** One transaction of the workload. */
  | { readonly kind: "write"; readonly node: number; readonly seed: number }
  /** The process ends in the middle of the `afterEffects`-th thing from now that it does to its disk or the network, or to its disk alone. */
  | {
      readonly kind: "crash";
      readonly node: number;
      readonly inThe: "middle" | "commit";
      readonly afterEffects: number;
      readonly downMs: number;
      readonly unsynced: Unsynced;
      /** Partners hear nothing of it, as when a machine loses its power. */
      readonly isSilent: boolean;
    }
  | { readonly kind: "restart"; readonly node: number; readonly downMs: number }
  /** Away for longer than deletions are kept. */
  | { readonly kind: "outage"; readonly node: number; readonly downMs: number }
  | {
      readonly kind: "partition";
      readonly side: readonly number[];
      readonly ms: number;
      readonly way: "both" | "out" | "in";
    }
  | {
      readonly kind: "cut" | "stall";
      readonly from: number;
      readonly to: number;
      readonly way: Way;
      readonly afterBytes: number;
    }
  | { readonly kind: "slow"; readonly from: number; readonly to: number; readonly extraMs: number; readonly ms: number }
  | { readonly kind: "duplicate"; readonly from: number; readonly to: number }
  | {
      readonly kind: "hostile";
      readonly from: number;
      readonly to: number;
      readonly way: Way;
      readonly frame: HostileFrame;
    }
  | { readonly kind: "disk-full"; readonly node: number; readonly ms: number }
  | { readonly kind: "read-error"; readonly node: number; readonly reads: number }
  | { readonly kind: "write-error"; readonly node: number }
  | { readonly kind: "clock-jump"; readonly node: number; readonly ms: number }
  /** Seconds that it shows for each that passes; 0 stands still. */
  | { readonly kind: "clock-rate"; readonly node: number; readonly rate: number }
  | { readonly kind: "clock-right"; readonly node: number }
  | { readonly kind: "photograph"; readonly node: number }
  /**
   * The machine is lost in the middle of the `afterEffects`-th thing from now that it does, and its operator restores the `age`-th
   * last photograph: what only it had is gone for good.
   */
  | {
      readonly kind: "restore";
      readonly node: number;
      readonly age: number;
      readonly downMs: number;
      readonly afterEffects: number;
    }
  /** The disk is put back to the `age`-th last photograph, without a word. */
  | { readonly kind: "roll-back"; readonly node: number; readonly age: number; readonly downMs: number }
  /** An operator refreshes it from a partner, and discards what only it has. */
  | { readonly kind: "refresh"; readonly node: number; readonly from: number }
  /** A copy of the disk starts as another node, beside the first. */
  | { readonly kind: "clone"; readonly node: number }
  | { readonly kind: "partner-removed"; readonly edge: number; readonly ms: number }
  | { readonly kind: "partner-added"; readonly from: number; readonly to: number }
  /** One node gets the other schema first. */
  | { readonly kind: "schema"; readonly node: number; readonly isNext: boolean }
  | { readonly kind: "pull-now" | "purge" | "verify" | "compare"; readonly node: number }
  /** Everything is put right, and all become equal, before it goes on. */
  | { readonly kind: "heal" };
