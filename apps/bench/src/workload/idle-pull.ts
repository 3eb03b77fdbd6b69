import { type Measurement, median } from "../report/measurement.js";
import type { Exchange } from "../subject/timed-channel.js";
import { introduce, pullInCircle } from "./subjects.js";
import type { Scale, Workload } from "./workload.js";

const SIZES: Readonly<Record<Scale, readonly number[]>> = {
  full: [1_000, 100_000],
  quick: [1_000, 10_000],
  check: [1_000, 10_000],
};
const ROUNDS = 120;
/** `docs/protocol.md`, "Messages". */
const INCREMENTAL = 2;
const NO_CHANGES = 18;

/**
 * W6: a pull that finds nothing, on a connection that is there. The consumer writes, its supplier takes that over from a third node
 * and tells of news, the consumer asks, and there is nothing that it lacks.
 */
export const idlePullWorkload: Workload = {
  id: "W6",
  title: "pull when nothing changed",
  run: async (subjects, scale) => {
    const measurements: Measurement[] = [];
    for (const count of SIZES[scale]) {
      const tls = subjects.start("raw-tls");
      const supplier = await subjects.startNode();
      const [consumer, third] = [await subjects.startNode(), await subjects.startNode()];
      await supplier.subject.call("fill", { from: 0, count });
      for (const copy of [consumer, third]) {
        await introduce(supplier, copy, false);
        await copy.subject.call("refresh");
      }
      await pullInCircle([consumer, supplier, third]);
      for (let round = 0; round < ROUNDS; round += 1) await consumer.subject.call("writeAndSettle");
      const exchanges = await consumer.subject.call<Exchange[]>("exchanges");
      const roundTrips = await tls.call<number[]>("roundTrips", ROUNDS);
      measurements.push(...figuresOf(count, exchanges, median(roundTrips)));
      await subjects.endAll();
    }
    return measurements;
  },
};

const figuresOf = (count: number, exchanges: readonly Exchange[], rawMs: number): readonly Measurement[] => {
  const idle = exchanges.filter(({ request, reply }) => request === INCREMENTAL && reply === NO_CHANGES);
  if (idle.length < ROUNDS / 2) throw new Error(`only ${idle.length} pulls found nothing`);
  const common = { workload: "W6", subject: "concordat" } as const;
  const what = `pull that finds nothing, of ${count.toLocaleString("en-US")} entries`;
  return [
    {
      ...common,
      what,
      value: median(idle.map(({ ms }) => ms)),
      unit: "ms",
      limit: { subject: "a raw TLS round trip", value: rawMs },
      goal: { kind: "at most", value: 1 },
    },
    {
      ...common,
      what: `${what}: both frames`,
      value: Math.max(...idle.map(({ bytes }) => bytes)),
      unit: "bytes",
      goal: { kind: "at most", value: 200 },
    },
  ];
};
