import { performance } from "node:perf_hooks";
import {
  type EntryState,
  mergeEntry,
  NO_CONTEXT,
  type RegisterState,
  randomUuid,
  type ServerUuid,
} from "@concordat/crdt";
import { encodeValue } from "@concordat/protocol";
import { sampleAttributes, sampleUuid } from "../sample/sample-entries.js";
import type { Subject } from "./subject.js";

export interface MergeSizes {
  readonly entries: number;
  readonly changes: number;
}

/** The merge of changes into entries, in memory, and no more than that. */
export const mergeAlone = (): Subject => ({ methods: { merge: (sizes: MergeSizes) => merge(sizes) } });

const HERE = randomUuid<ServerUuid>(new Uint8Array(16).fill(1));
const THERE = randomUuid<ServerUuid>(new Uint8Array(16).fill(2));

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

const CREATED_MICROS = 1_000_000;

const sampleState = (index: number): EntryState => {
  const createdAt = { ts: CREATED_MICROS + index, server: HERE };
  const attributes = Object.entries(sampleAttributes(index)).map(([name, value]) => {
    const register: RegisterState = {
      changeId: createdAt,
      value: encodeValue(value),
      context: NO_CONTEXT,
      siblings: [],
    };
    return [name, { register, set: undefined, map: undefined, counter: undefined }] as const;
  });
  return { kind: "live", uuid: sampleUuid(index), createdAt, conflictOf: undefined, attributes: new Map(attributes) };
};

/** What a supplier sends of an entry of which one attribute has changed. */
const sampleChange = (index: number, states: readonly EntryState[]): EntryState => {
  const entry = states[index % states.length] as EntryState;
  const name = [...entry.attributes.keys()][index % entry.attributes.size] as string;
  const changeId = { ts: 2 * CREATED_MICROS + states.length + index, server: THERE };
  const context = new Map([[HERE, entry.createdAt.ts]]);
  const register: RegisterState = { changeId, value: encodeValue(`changed ${index}`), context, siblings: [] };
  return { ...entry, attributes: new Map([[name, { register }]]) } as EntryState;
};
