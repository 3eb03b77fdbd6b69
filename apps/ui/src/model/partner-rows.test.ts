import { expect, it } from "vitest";
import { partnerAnswer } from "../testing/status-answer.js";
import { partnerRows } from "./partner-rows.js";

const NOW_MS = Date.parse("2026-11-27T12:00:10.000Z");

it("puts who needs somebody first, and leaves the words on that to the doctor", () => {
  const rows = partnerRows(
    [
      partnerAnswer("repl://a:1"),
      partnerAnswer("repl://b:1", { state: "catching-up", message: "is taking over changes" }),
      partnerAnswer("repl://c:1", { state: "refresh-required", message: "was away too long" }),
      partnerAnswer("repl://d:1", { state: "a-state-of-a-later-version" }),
    ],
    NOW_MS,
  );
  expect(rows.map(({ origin, state, tone, message }) => [origin, state, tone, message])).toEqual([
    ["repl://c:1", "refresh required", "trouble", undefined],
    ["repl://d:1", "a state of a later version", "trouble", undefined],
    ["repl://a:1", "in sync", "well", undefined],
    ["repl://b:1", "catching up", "under-way", "is taking over changes"],
  ]);
});

it("says nothing of a direction in which nothing goes", () => {
  const times = { lastPullAt: "2026-11-27T12:00:05.000Z", lastSuppliedAt: "2026-11-27T12:00:08.000Z" };
  const [both, pull, supply] = partnerRows(
    [
      partnerAnswer("repl://a:1", { ...times, lag: { seconds: 0, changes: 0 }, behindBy: { seconds: 2, changes: 3 } }),
      partnerAnswer("repl://b:1", { type: "pull", direction: "pull" }),
      partnerAnswer("repl://c:1", { ...times, type: "allow-pull", direction: "supply", state: "supply-only" }),
    ],
    NOW_MS,
  );
  expect(both).toMatchObject({
    lag: "0 s",
    behind: "2.0 s, ≤ 3 changes",
    exchanged: ["pulled 5 s ago", "supplied 2 s ago"],
    canRefresh: true,
  });
  expect(pull).toMatchObject({ lag: "not known", behind: undefined, exchanged: ["pulled never"], canRefresh: true });
  expect(supply).toMatchObject({ lag: undefined, exchanged: ["supplied 2 s ago"], canRefresh: false });
});

it("says until when a refresh can be avoided, where that is near", () => {
  const messages = (forcedRefreshAt: string) =>
    partnerRows([partnerAnswer("repl://a:1", { state: "unreachable", forcedRefreshAt })], NOW_MS)[0]?.message;
  expect(messages("2026-12-04T12:00:00.000Z")).toBeUndefined();
  expect(messages("2026-11-27T17:00:10.000Z")).toBe("a refresh is needed in 5 h unless it pulls before");
  expect(messages("2026-11-27T11:00:00.000Z")).toBe("a refresh is due");
});

it("offers no refresh from a partner that is paused", () => {
  const [row] = partnerRows([partnerAnswer("repl://a:1", { state: "paused" })], NOW_MS);
  expect(row).toMatchObject({ isPaused: true, canRefresh: false, tone: "trouble" });
});
