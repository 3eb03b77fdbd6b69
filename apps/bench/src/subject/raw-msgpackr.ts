import { performance } from "node:perf_hooks";
import { Packr } from "msgpackr";
import { sampleAttributes } from "../sample/sample-entries.js";
import type { Subject } from "./subject.js";

/** msgpackr alone, on the sample's attributes. */
export const rawMsgpackr = (): Subject => ({
  methods: {
    pack: (count: number) => pack(count),
    unpack: (count: number) => unpack(count),
  },
});

const ROUNDS = 10;

/** Milliseconds for `count` objects, the mean of some rounds. */
const pack = (count: number): number => {
  const packr = new Packr({ useRecords: false });
  const objects = Array.from({ length: count }, (_, index) => sampleAttributes(index));
  return meanMs(() => {
    for (const object of objects) packr.pack(object);
  });
};

const unpack = (count: number): number => {
  const packr = new Packr({ useRecords: false });
  const packed = Array.from({ length: count }, (_, index) => new Uint8Array(packr.pack(sampleAttributes(index))));
  return meanMs(() => {
    for (const bytes of packed) packr.unpack(bytes);
  });
};

const meanMs = (round: () => void): number => {
  round();
  const started = performance.now();
  for (let count = 0; count < ROUNDS; count += 1) round();
  return (performance.now() - started) / ROUNDS;
};
