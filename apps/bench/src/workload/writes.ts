import { type Measurement, median, perSecond } from "../report/measurement.js";
import type { Scale, Workload } from "./workload.js";

const ALONE: Readonly<Record<Scale, number>> = { full: 2_000, quick: 500, check: 300 };
const TOGETHER: Readonly<Record<Scale, number>> = { full: 64_000, quick: 12_800, check: 6_400 };
const WRITERS = 64;
const ROUNDS = 4;

/** W7: local durable writes. */
export const writesWorkload: Workload = {
  id: "W7",
  title: "local durable writes",
  run: async (subjects, scale) => {
    const { subject } = await subjects.startNode();
    const raw = subjects.start("raw-lmdb");
    const [alone, rawMs, together]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      alone.push(await subject.call<number>("writeOneByOne", ALONE[scale]));
      rawMs.push(await raw.call<number>("writeOneByOne", ALONE[scale]));
      together.push(await subject.call<number>("writeTogether", { writers: WRITERS, count: TOGETHER[scale] }));
    }
    const common = { workload: "W7", subject: "concordat", unit: "/s" } as const;
    return [
      {
        ...common,
        what: "one writer",
        value: perSecond(ALONE[scale], median(alone.slice(1))),
        limit: { subject: "raw LMDB", value: perSecond(ALONE[scale], median(rawMs.slice(1))) },
        goal: { kind: "ratio at least", value: 0.8 },
      },
      {
        ...common,
        what: `${WRITERS} writers at once`,
        value: perSecond(TOGETHER[scale], median(together.slice(1))),
        goal: { kind: "at least", value: 10_000 },
      },
    ] satisfies Measurement[];
  },
};
