import { type Measurement, median, perSecond } from "../report/measurement.js";
import type { Scale, Workload } from "./workload.js";

const CHANGES: Readonly<Record<Scale, number>> = { full: 100_000, quick: 50_000, check: 50_000 };
const ENTRIES = 10_000;
const ROUNDS = 7;

/** W5: the merge alone, in memory, beside msgpackr reading as many entries. */
export const mergeWorkload: Workload = {
  id: "W5",
  title: "merge alone, in memory",
  run: async (subjects, scale) => {
    const [ours, raw] = [subjects.start("merge-alone"), subjects.start("raw-msgpackr")];
    const changes = CHANGES[scale];
    const [merges, unpacks]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      merges.push(await ours.call<number>("merge", { entries: ENTRIES, changes }));
      unpacks.push(await raw.call<number>("unpack", ENTRIES));
    }
    return [
      {
        workload: "W5",
        subject: "concordat",
        what: `${changes.toLocaleString("en-US")} changes of one attribute onto ${ENTRIES.toLocaleString("en-US")} entries`,
        value: perSecond(changes, median(merges.slice(1))),
        unit: "/s",
        limit: { subject: "msgpackr unpacking an entry", value: perSecond(ENTRIES, median(unpacks.slice(1))) },
        goal: { kind: "at least", value: 500_000 },
      },
    ] satisfies Measurement[];
  },
};
