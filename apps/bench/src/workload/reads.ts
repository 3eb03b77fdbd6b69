import { type Measurement, median, perSecond } from "../report/measurement.js";
import type { ReadRange } from "../subject/node-reads.js";
import { introduce } from "./subjects.js";
import type { Scale, Workload } from "./workload.js";

const ENTRIES: Readonly<Record<Scale, number>> = { full: 100_000, quick: 10_000, check: 10_000 };
const READS: Readonly<Record<Scale, number>> = { full: 100_000, quick: 10_000, check: 20_000 };
const ROUNDS: Readonly<Record<Scale, number>> = { full: 4, quick: 3, check: 3 };

/** W8: reads in the library, alone, and on the node that is being refreshed. */
export const readsWorkload: Workload = {
  id: "W8",
  title: "reads, alone and during a refresh",
  run: async (subjects, scale) => {
    const [entries, count] = [ENTRIES[scale], READS[scale]];
    const schema = { name: { index: true } };
    const [supplier, reader] = [await subjects.startNode(schema), await subjects.startNode(schema)];
    await introduce(supplier, reader, false);
    await supplier.subject.call("fill", { from: 0, count: entries });
    await reader.subject.call("refresh");
    const raw = subjects.start("raw-lmdb");
    const measurements: Measurement[] = [];
    for (const by of ["uuid", "name"] as const) {
      const range: ReadRange = { by, entries, count };
      const [alone, busy, rawMs]: [number[], number[], number[]] = [[], [], []];
      for (let round = 0; round < ROUNDS[scale]; round += 1) {
        alone.push(await reader.subject.call<number>("readOneByOne", range));
        busy.push(await reader.subject.call<number>("readDuringRefresh", range));
        rawMs.push(await raw.call<number>("readOneByOne", entries));
      }
      const what = by === "uuid" ? "reads by uuid" : "reads by an indexed attribute";
      const common = {
        workload: "W8",
        subject: "concordat",
        unit: "/s",
        limit: { subject: "raw LMDB by key", value: perSecond(entries, median(rawMs.slice(1))) },
      } as const;
      measurements.push(
        {
          ...common,
          what: `${what}, one by one`,
          value: median(alone.slice(1)),
          goal: { kind: "at least", value: 50_000 },
        },
        {
          ...common,
          what: `${what}, during a refresh of ${entries.toLocaleString("en-US")} entries`,
          value: median(busy.slice(1)),
        },
      );
    }
    return measurements;
  },
};
