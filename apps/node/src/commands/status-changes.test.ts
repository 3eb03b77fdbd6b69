import { expect, it } from "vitest";
import type { NodeStatus } from "../admin/node-status.js";
import { stateChanges } from "./status-changes.js";

const status = (health: "ok" | "degraded", states: Readonly<Record<string, string>>): NodeStatus =>
  ({
    health,
    verdict: `is ${health}`,
    partners: Object.entries(states).map(([origin, state]) => ({ origin, state, message: `now ${state}` })),
  }) as unknown as NodeStatus;

const changes = (...[before, after]: Parameters<typeof stateChanges>) =>
  stateChanges(before, after).map(({ of, from, to }) => [of, from, to]);

it("tells everything the first time, and then only what is another state", () => {
  const first = status("ok", { b: "in-sync", c: "in-sync" });
  expect(changes(undefined, first)).toEqual([
    ["node", undefined, "ok"],
    ["b", undefined, "in-sync"],
    ["c", undefined, "in-sync"],
  ]);
  expect(changes(first, status("ok", { b: "in-sync", c: "in-sync" }))).toEqual([]);
  expect(changes(first, status("degraded", { b: "in-sync", c: "unreachable" }))).toEqual([
    ["node", "ok", "degraded"],
    ["c", "in-sync", "unreachable"],
  ]);
});

it("tells partners that came and went", () => {
  expect(changes(status("ok", { b: "in-sync" }), status("ok", { c: "never-connected" }))).toEqual([
    ["c", undefined, "never-connected"],
    ["b", "in-sync", undefined],
  ]);
});

it("tells that the daemon stopped, once, without a word about its partners", () => {
  const stopped = { stopped: "the daemon is not running" };
  expect(changes(status("ok", { b: "in-sync" }), stopped)).toEqual([["node", "ok", "stopped"]]);
  expect(changes(stopped, stopped)).toEqual([]);
  expect(changes(stopped, status("ok", { b: "in-sync" }))).toEqual([
    ["node", "stopped", "ok"],
    ["b", undefined, "in-sync"],
  ]);
});
