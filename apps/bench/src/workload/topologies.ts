import { type Measurement, median, percentile, perSecond } from "../report/measurement.js";
import type { PullFigures } from "../subject/node-replication.js";
import { delaysOf } from "./latency.js";
import { introduce, type StartedNode, type Subjects } from "./subjects.js";
import type { Scale, Workload } from "./workload.js";

const CONSUMERS: Readonly<Record<Scale, readonly number[]>> = { full: [1, 4, 16], quick: [4], check: [1] };
const LINE: Readonly<Record<Scale, number>> = { full: 16, quick: 4, check: 3 };
const ENTRIES = 5_000;
const CHANGES = 5_000;
const ROUNDS = 4;
const LINE_WRITES = 60;
const LINE_WARMING = 20;

/** W9: many consumers of one supplier, and many nodes in a line. */
export const topologiesWorkload: Workload = {
  id: "W9",
  title: "many consumers, and a line",
  run: async (subjects, scale) => {
    const measurements: Measurement[] = [];
    for (const consumers of CONSUMERS[scale]) {
      measurements.push(await measureStar(subjects, consumers));
      await subjects.endAll();
    }
    measurements.push(await measureLine(subjects, LINE[scale]));
    return measurements;
  },
};

const measureStar = async (subjects: Subjects, count: number): Promise<Measurement> => {
  const supplier = await subjects.startNode();
  await supplier.subject.call("fill", { from: 0, count: ENTRIES });
  const consumers: StartedNode[] = [];
  for (let index = 0; index < count; index += 1) consumers.push(await subjects.startNode());
  await supplier.subject.call(
    "setPartners",
    consumers.map(({ address }) => ({ ...address, links: false })),
  );
  for (const { subject } of consumers) {
    await subject.call("setPartners", [{ ...supplier.address, links: false }]);
    await subject.call("refresh");
  }
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await supplier.subject.call("change", { from: 0, count: CHANGES, attribute: "city", value: `round ${round}` });
    const pulls = await Promise.all(consumers.map(({ subject }) => subject.call<PullFigures>("pull")));
    times.push(Math.max(...pulls.map(({ ms }) => ms)));
  }
  return {
    workload: "W9",
    subject: "concordat",
    what: `each of ${count} consumers at once: pull of ${CHANGES.toLocaleString("en-US")} changes`,
    value: perSecond(CHANGES, median(times.slice(1))),
    unit: "/s",
  };
};

const measureLine = async (subjects: Subjects, count: number): Promise<Measurement> => {
  const nodes: StartedNode[] = [];
  for (let index = 0; index < count; index += 1) {
    const node = await subjects.startNode();
    const before = nodes.at(-1);
    if (before) {
      await introduce(before, node, false);
      await node.subject.call("refresh");
    }
    nodes.push(node);
  }
  for (const [index, { subject }] of nodes.entries()) {
    const neighbours = [nodes[index - 1], nodes[index + 1]].filter((node) => node !== undefined);
    await subject.call(
      "setPartners",
      neighbours.map(({ address }) => ({ ...address, links: true })),
    );
  }
  const [first, last] = [nodes[0] as StartedNode, nodes.at(-1) as StartedNode];
  await last.subject.call("followArrivals");
  const delays = (await delaysOf(first, last, LINE_WARMING + LINE_WRITES)).slice(LINE_WARMING);
  return {
    workload: "W9",
    subject: "concordat",
    what: `a write along a line of ${count} nodes, p50: ${(percentile(delays, 50) / (count - 1)).toFixed(2)} ms a hop`,
    value: percentile(delays, 50),
    unit: "ms",
  };
};
