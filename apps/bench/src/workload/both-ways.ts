import { type Measurement, median, perSecond } from "../report/measurement.js";
import { introduce, type StartedNode } from "./subjects.js";
import type { Scale, Workload } from "./workload.js";

const ENTRIES: Readonly<Record<Scale, number>> = { full: 20_000, quick: 10_000, check: 10_000 };
const CHANGES = 5_000;
const ROUNDS = 5;

/** W3: changes on both sides of one attribute each, of the same entries, both ways until both are equal. */
export const bothWaysWorkload: Workload = {
  id: "W3",
  title: "concurrent changes, both ways until equal",
  run: async (subjects, scale) => {
    const [left, right] = [await subjects.startNode(), await subjects.startNode()];
    await introduce(left, right, false);
    await left.subject.call("fill", { from: 0, count: ENTRIES[scale] });
    await right.subject.call("refresh");
    await left.subject.call("pull");
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await changeBoth(left, right, round);
      const started = performance.now();
      await Promise.all([left, right].map(({ subject }) => subject.call("pull")));
      times.push(performance.now() - started);
      await expectEqual(left, right);
    }
    return [
      {
        workload: "W3",
        subject: "concordat",
        what: `${CHANGES} changes on each side of the same entries`,
        value: perSecond(2 * CHANGES, median(times.slice(1))),
        unit: "/s",
        goal: { kind: "at least", value: 20_000 },
      },
    ] satisfies Measurement[];
  },
};

const changeBoth = (left: StartedNode, right: StartedNode, round: number): Promise<unknown> =>
  Promise.all([
    left.subject.call("change", { from: 0, count: CHANGES, attribute: "city", value: `left ${round}` }),
    right.subject.call("change", { from: 0, count: CHANGES, attribute: "phone", value: `right ${round}` }),
  ]);

const expectEqual = async (left: StartedNode, right: StartedNode): Promise<void> => {
  const [one, other] = await Promise.all(
    [left, right].map(({ subject }) => subject.call<{ sha256: string }>("digest")),
  );
  if (one?.sha256 !== other?.sha256) throw new Error("the two nodes are not equal");
};
