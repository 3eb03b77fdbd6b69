import { performance } from "node:perf_hooks";
import { type EntryState, mergeEntry } from "@concordat/crdt";
import { sampleChange, sampleState } from "../sample/sample-states.js";
import type { Subject } from "./subject.js";

export interface MergeSizes {
  readonly entries: number;
  readonly changes: number;
}

/** The merge of changes into entries, in memory, and no more than that. */
export const mergeAlone = (): Subject => ({ methods: { merge: (sizes: MergeSizes) => merge(sizes) } });

/** Milliseconds for `changes` changes of one attribute each onto `entries` entries of eight. */
const merge = ({ entries, changes }: MergeSizes): number => {
  const states = Array.from({ length: entries }, (_, index) => sampleState(index));
  const incoming = Array.from({ length: changes }, (_, index) => sampleChange(index, states));
  const started = performance.now();
  incoming.forEach((change, index) => {
    const at = index % entries;
    states[at] = mergeEntry(states[at] as EntryState, change);
  });
  return performance.now() - started;
};
