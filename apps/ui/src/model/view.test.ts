import { expect, it } from "vitest";
import type { OverviewAnswer } from "../answers/index.js";
import { partnerAnswer, statusAnswer } from "../testing/status-answer.js";
import { EMPTY_VIEW, nextView, type View, type ViewEvent } from "./view.js";

const overview: OverviewAnswer = {
  at: "2026-11-27T12:00:00.000Z",
  status: statusAnswer({ partners: [partnerAnswer("repl://b:1", { lag: { seconds: 1, changes: 2 } })] }),
  findings: [],
  commandSuffix: "",
};

const after = (...events: readonly ViewEvent[]): View => events.reduce(nextView, EMPTY_VIEW);

const gone = (nowMs: number): ViewEvent => ({
  kind: "problem",
  status: 503,
  message: "gone",
  remedy: "start it",
  nowMs,
});

it("keeps what was heard last while the daemon is gone, says since when, and recovers by itself", () => {
  const view = after({ kind: "overview", overview }, gone(10), gone(20));
  expect(view.connection).toEqual({ kind: "daemon-gone", message: "gone", remedy: "start it", sinceMs: 10 });
  expect(view.overview).toBe(overview);
  expect(nextView(view, { kind: "overview", overview }).connection).toEqual({ kind: "live" });
});

it("tells the daemon's end from that of concordat ui", () => {
  const view = after({ kind: "overview", overview }, { kind: "no-answer", nowMs: 5 }, { kind: "no-answer", nowMs: 6 });
  expect(view.connection).toEqual({ kind: "page-gone", sinceMs: 5 });
  expect(nextView(view, gone(7)).connection).toMatchObject({ kind: "daemon-gone", sinceMs: 7 });
});

it.each([401, 403])("is shut out by %d", (status) => {
  expect(after({ kind: "problem", status, message: "no", remedy: undefined, nowMs: 0 }).connection.kind).toBe(
    "shut-out",
  );
});

it("takes a sample of each lag at every answer, by the node's clock", () => {
  const { lags } = after({ kind: "overview", overview }, { kind: "overview", overview });
  expect(lags.get("repl://b:1")).toEqual({ atMs: [1_795_780_800_000, 1_795_780_800_000], lagMs: [1_000, 1_000] });
});
