import { type Measurement, median, perSecond } from "../report/measurement.js";
import type { RefreshFigures } from "../subject/node-replication.js";
import { introduce, type StartedNode, type Subjects } from "./subjects.js";
import type { Scale, Workload } from "./workload.js";

const SIZES: Readonly<Record<Scale, readonly number[]>> = {
  full: [10_000, 100_000],
  quick: [20_000],
  check: [20_000],
};

const ROUNDS = 5;
const MEMORY_MIB_MAX = 80;
const MIB = 2 ** 20;

/** W1: a refresh into an empty node, beside LMDB writing as many records from memory. */
export const refreshWorkload: Workload = {
  id: "W1",
  title: "refresh into an empty node",
  run: async (subjects, scale) => {
    const measurements: Measurement[] = [];
    const supplier = await subjects.startNode();
    const consumer = await subjects.startNode();
    await introduce(supplier, consumer, false);
    const raw = subjects.start("raw-lmdb");
    let filled = 0;
    for (const count of SIZES[scale]) {
      await supplier.subject.call("fill", { from: filled, count: count - filled });
      filled = count;
      measurements.push(...(await measure({ count, supplier, consumer, raw })));
    }
    return measurements;
  },
};

interface Round {
  readonly count: number;
  readonly supplier: StartedNode;
  readonly consumer: StartedNode;
  readonly raw: ReturnType<Subjects["start"]>;
}

/** Each round in turn with the limit's; the first one warms both, and its figure is told apart. */
const measure = async ({ count, consumer, raw }: Round): Promise<readonly Measurement[]> => {
  const refreshes: RefreshFigures[] = [];
  const rawMs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await consumer.subject.call("empty");
    refreshes.push(await consumer.subject.call<RefreshFigures>("refresh"));
    rawMs.push(await raw.call<number>("writeAtOnce", count));
  }
  const [cold, ...warm] = refreshes as [RefreshFigures, ...RefreshFigures[]];
  const what = `refresh of ${count.toLocaleString("en-US")} entries`;
  const limit = { subject: "raw LMDB", value: perSecond(count, median(rawMs.slice(1))) };
  const figure = (ms: number) =>
    ({ workload: "W1", subject: "concordat", value: perSecond(count, ms), unit: "/s" }) as const;
  return [
    {
      ...figure(median(warm.map(({ ms }) => ms))),
      what,
      limit,
      goal: { kind: "ratio at least", value: 1 },
    },
    { ...figure(cold.ms), what: `${what}, the first of two new processes`, limit },
    ...memoryOf(what, refreshes),
  ];
};

const memoryOf = (what: string, refreshes: readonly RefreshFigures[]): readonly Measurement[] => {
  const above = (field: "residentPeak" | "ownPeak") =>
    Math.max(...refreshes.map(({ busy, idle }) => busy[field] - idle[field])) / MIB;
  const common = { workload: "W1", subject: "concordat", unit: "MiB" } as const;
  return [
    {
      ...common,
      what: `${what}: resident above idle, at the peak`,
      value: above("residentPeak"),
      goal: { kind: "at most", value: MEMORY_MIB_MAX },
    },
    { ...common, what: `${what}: of its own above idle, without mapped files`, value: above("ownPeak") },
  ];
};
