import { expect, it } from "vitest";
import { partnerAnswer, statusAnswer } from "../testing/status-answer.js";
import { cancelledRun, runAfter } from "./refresh-run.js";
import { runningTasks } from "./running-tasks.js";

const progress = { entries: 5, entriesEstimate: 10, bytes: 100, bytesEstimate: 200 };

it("shows a refresh that somebody else asked for, and the pulls that bring changes", () => {
  const tasks = runningTasks(
    statusAnswer({
      refresh: { origin: "repl://b:1", ...progress },
      partners: [
        partnerAnswer("repl://b:1"),
        partnerAnswer("repl://c:1", { catchingUp: { ...progress, secondsLeft: 3 } }),
      ],
    }),
    undefined,
  );
  expect(tasks.map(({ title, isOwn, secondsLeft }) => [title, isOwn, secondsLeft])).toEqual([
    ["Refreshing from repl://b:1", false, undefined],
    ["Pulling from repl://c:1", false, 3],
  ]);
});

it("shows the page's own refresh once, from the moment of the click", () => {
  const run = { kind: "running", origin: "repl://b:1", progress: undefined } as const;
  expect(runningTasks(statusAnswer(), run)).toMatchObject([{ isOwn: true, progress: undefined }]);
  const refresh = { origin: "repl://b:1", ...progress };
  expect(runningTasks(statusAnswer({ refresh }), run)).toMatchObject([{ isOwn: true, progress: refresh }]);
  expect(runningTasks(statusAnswer(), cancelledRun("repl://b:1"))).toEqual([]);
});

it("says how a refresh ended", () => {
  const origin = "repl://b:1";
  const refreshed = { kind: "refreshed", origin, entries: 2, bytes: 300, discarded: 1 } as const;
  expect(runAfter(origin, refreshed)).toMatchObject({
    isGood: true,
    message: "Took over 2 entries (300 B) from repl://b:1; discarded 1 entry that only this node had.",
  });
  expect(runAfter(origin, { kind: "failed", code: "x", message: "cut" })).toMatchObject({ isGood: false });
  expect(runAfter(origin, { kind: "progress", origin, ...progress })).toMatchObject({ kind: "running" });
});
