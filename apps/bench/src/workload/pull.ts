import { type Measurement, median, perSecond } from "../report/measurement.js";
import type { PullFigures } from "../subject/node-replication.js";
import { introduce, type Subjects } from "./subjects.js";
import type { Scale, Workload } from "./workload.js";

const SIZES: Readonly<Record<Scale, readonly number[]>> = {
  full: [10_000, 100_000],
  quick: [10_000],
  check: [10_000],
};
const CHANGES = 5_000;
const ROUNDS: Readonly<Record<Scale, number>> = { full: 12, quick: 6, check: 12 };

/** W2: a pull of changed attributes after an outage, applied durably. */
export const pullWorkload: Workload = {
  id: "W2",
  title: "pull after an outage",
  run: async (subjects, scale) => {
    const measurements: Measurement[] = [];
    for (const entries of SIZES[scale]) {
      measurements.push(...(await measure(subjects, entries, ROUNDS[scale])));
      await subjects.endAll();
    }
    return measurements;
  },
};

/** The first half of the rounds warms both processes. */
const measure = async (subjects: Subjects, entries: number, rounds: number): Promise<readonly Measurement[]> => {
  const [supplier, consumer] = [await subjects.startNode(), await subjects.startNode()];
  await introduce(supplier, consumer, false);
  const raw = subjects.start("raw-lmdb");
  await supplier.subject.call("fill", { from: 0, count: entries });
  await consumer.subject.call("refresh");
  const [pulls, rawMs, cpuMs]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    const from = (round * CHANGES) % entries;
    await supplier.subject.call("change", { from, count: CHANGES, attribute: "city", value: `round ${round}` });
    const supplierCpuMs = await supplier.subject.call<number>("cpuMs");
    const pull = await consumer.subject.call<PullFigures>("pull");
    if (pull.outcome !== "applied") throw new Error(`the pull ended as ${pull.outcome}`);
    pulls.push(pull.ms);
    cpuMs.push(pull.cpuMs + (await supplier.subject.call<number>("cpuMs")) - supplierCpuMs);
    rawMs.push(await raw.call<number>("updateAtOnce", { entries, changes: CHANGES, from }));
  }
  const common = { workload: "W2", subject: "concordat" } as const;
  const what = `pull of ${CHANGES.toLocaleString("en-US")} changed attributes, of ${entries.toLocaleString("en-US")} entries`;
  return [
    {
      ...common,
      what,
      value: perSecond(CHANGES, median(pulls.slice(rounds / 2))),
      unit: "/s",
      limit: { subject: "raw LMDB replacing as many", value: perSecond(CHANGES, median(rawMs.slice(rounds / 2))) },
      goal: { kind: "at least", value: 40_000 },
    },
    { ...common, what: `${what}: processor time of both`, value: median(cpuMs.slice(rounds / 2)), unit: "ms" },
  ];
};
