import { setTimeout } from "node:timers/promises";
import { type Measurement, percentile } from "../report/measurement.js";
import type { Arrival } from "../subject/arrivals.js";
import { introduce, type StartedNode } from "./subjects.js";
import type { Scale, Workload } from "./workload.js";

const WRITES: Readonly<Record<Scale, number>> = { full: 1_000, quick: 300, check: 200 };
/** The first ones warm both processes. */
const WARMING = 100;
const PAUSE_MS = 2;

/** W4: from asking for a write to seeing it at an idle partner, both sides durable. */
export const latencyWorkload: Workload = {
  id: "W4",
  title: "one write to visible at an idle partner",
  run: async (subjects, scale) => {
    const [writer, reader] = [await subjects.startNode(), await subjects.startNode()];
    await introduce(writer, reader, false);
    await writer.subject.call("fill", { from: 0, count: 1_000 });
    await reader.subject.call("refresh");
    await introduce(writer, reader, true);
    await reader.subject.call("followArrivals");
    const times = (await delaysOf(writer, reader, WARMING + WRITES[scale])).slice(WARMING);
    const common = { workload: "W4", subject: "concordat", unit: "ms" } as const;
    return [
      {
        ...common,
        what: "a write to visible at a partner, p50",
        value: percentile(times, 50),
        goal: { kind: "at most", value: 2 },
      },
      {
        ...common,
        what: "a write to visible at a partner, p99",
        value: percentile(times, 99),
        goal: { kind: "at most", value: 6 },
      },
    ] satisfies Measurement[];
  },
};

/** Of writes one after the other, each once the one before has shown: milliseconds until it shows at `reader`. */
export const delaysOf = async (writer: StartedNode, reader: StartedNode, count: number): Promise<readonly number[]> => {
  const delays: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const { uuid, atMs } = await writer.subject.call<Arrival>("writeOne");
    delays.push((await reader.subject.call<number>("arrivalOf", uuid)) - atMs);
    await setTimeout(PAUSE_MS);
  }
  return delays;
};
