import { type Measurement, median, perSecond } from "../report/measurement.js";
import type { PullFigures, RefreshFigures } from "../subject/node-replication.js";
import { introduce, type StartedNode } from "./subjects.js";
import type { Scale, Workload } from "./workload.js";

const SIZES: Readonly<Record<Scale, readonly number[]>> = {
  full: [10_000, 1_000_000],
  quick: [2_000, 20_000],
  check: [2_000],
};
const CHANGES = 1_000;
const ROUNDS = 9;
const MIB = 2 ** 20;

/** W10: a million entries, and whether a pull of a few changes takes longer for them. */
export const millionWorkload: Workload = {
  id: "W10",
  title: "a million entries",
  run: async (subjects, scale) => {
    const measurements: Measurement[] = [];
    const pulls: number[] = [];
    for (const count of SIZES[scale]) {
      const [supplier, consumer] = [await subjects.startNode(), await subjects.startNode()];
      await introduce(supplier, consumer, false);
      const what = `${count.toLocaleString("en-US")} entries`;
      const common = { workload: "W10", subject: "concordat" } as const;
      const started = performance.now();
      await supplier.subject.call("fill", { from: 0, count });
      measurements.push({
        ...common,
        what: `${what}: import`,
        value: perSecond(count, performance.now() - started),
        unit: "/s",
      });
      const { ms, idle, busy } = await consumer.subject.call<RefreshFigures>("refresh");
      measurements.push(
        { ...common, what: `${what}: refresh`, value: perSecond(count, ms), unit: "/s" },
        {
          ...common,
          what: `${what}: refresh, resident above idle at the peak`,
          value: (busy.residentPeak - idle.residentPeak) / MIB,
          unit: "MiB",
          goal: { kind: "at most", value: 80 },
        },
        {
          ...common,
          what: `${what}: refresh, of its own above idle, without mapped files`,
          value: (busy.ownPeak - idle.ownPeak) / MIB,
          unit: "MiB",
        },
      );
      const pullMs = await medianPullMs(supplier, consumer, count);
      measurements.push({
        ...common,
        what: `${what}: pull of ${CHANGES.toLocaleString("en-US")} changes`,
        value: pullMs,
        unit: "ms",
        ...(pulls[0] !== undefined && { limit: { subject: "the smaller database", value: pulls[0] } }),
      });
      pulls.push(pullMs);
      await subjects.endAll();
    }
    return measurements;
  },
};

const medianPullMs = async (supplier: StartedNode, consumer: StartedNode, entries: number): Promise<number> => {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = (round * CHANGES) % entries;
    await supplier.subject.call("change", { from, count: CHANGES, attribute: "city", value: `round ${round}` });
    times.push((await consumer.subject.call<PullFigures>("pull")).ms);
  }
  return median(times.slice(3));
};
