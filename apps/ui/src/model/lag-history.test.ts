import { expect, it } from "vitest";
import { partnerAnswer } from "../testing/status-answer.js";
import { highestLagMs, LAG_SAMPLES_MAX, type LagHistories, withLags } from "./lag-history.js";

const partner = (seconds: number) => partnerAnswer("repl://b:1", { lag: { seconds, changes: 1 } });

it("keeps five minutes of each partner, a gap where nothing is known, and nothing of who is gone", () => {
  let histories: LagHistories = new Map();
  for (let second = 0; second < LAG_SAMPLES_MAX + 10; second += 1) {
    histories = withLags(histories, [partner(second), partnerAnswer("repl://c:1")], second * 1_000);
  }
  const ofB = histories.get("repl://b:1");
  expect(ofB?.atMs).toHaveLength(LAG_SAMPLES_MAX);
  expect([ofB?.atMs[0], ofB?.lagMs[0]]).toEqual([10_000, 10_000]);
  expect(ofB && highestLagMs(ofB)).toBe((LAG_SAMPLES_MAX + 9) * 1_000);
  const ofC = histories.get("repl://c:1");
  expect(new Set(ofC?.lagMs)).toEqual(new Set([null]));
  expect(ofC && highestLagMs(ofC)).toBeUndefined();
  expect([...withLags(histories, [partner(0)], 0).keys()]).toEqual(["repl://b:1"]);
});
