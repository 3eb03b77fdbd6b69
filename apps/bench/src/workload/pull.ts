import { type Measurement, median, perSecond } from "../report/measurement.js";
import type { PullFigures } from "../subject/concordat-node.js";
import { introduce } from "./subjects.js";
import type { Scale, Workload } from "./workload.js";

const ENTRIES: Readonly<Record<Scale, number>> = { full: 100_000, quick: 20_000, check: 10_000 };
const CHANGES = 5_000;
const ROUNDS = 6;

/** W2: a pull of changed attributes after an outage, applied durably. */
export const pullWorkload: Workload = {
  id: "W2",
  title: "pull after an outage",
  run: async (subjects, scale) => {
    const [supplier, consumer] = [await subjects.startNode(), await subjects.startNode()];
    await introduce(supplier, consumer, false);
    const raw = subjects.start("raw-lmdb");
    await supplier.subject.call("fill", { from: 0, count: ENTRIES[scale] });
    await consumer.subject.call("refresh");
    const pulls: number[] = [];
    const rawMs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const from = (round * CHANGES) % ENTRIES[scale];
      await supplier.subject.call("change", { from, count: CHANGES, attribute: "city", value: `round ${round}` });
      const { ms, outcome } = await consumer.subject.call<PullFigures>("pull");
      if (outcome !== "applied") throw new Error(`the pull ended as ${outcome}`);
      pulls.push(ms);
      rawMs.push(await raw.call<number>("writeAtOnce", CHANGES));
    }
    const limit = { subject: "raw LMDB", value: perSecond(CHANGES, median(rawMs.slice(1))) };
    return [
      {
        workload: "W2",
        subject: "concordat",
        what: `pull of ${CHANGES} changed attributes, of ${ENTRIES[scale].toLocaleString("en-US")} entries`,
        value: perSecond(CHANGES, median(pulls.slice(1))),
        unit: "/s",
        limit,
        goal: { kind: "at least", value: 40_000 },
      },
    ] satisfies Measurement[];
  },
};
