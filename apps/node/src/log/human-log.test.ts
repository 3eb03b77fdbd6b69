import { expect, it } from "vitest";
import { humanLogLine } from "./human-log.js";

const LINE = JSON.stringify({
  level: "warn",
  time: "2026-01-02T03:04:05.678Z",
  event: "partner_failed",
  origin: "repl://b:8444",
  failures: 3,
  msg: "cannot reach b",
});

it("shows time, level, message and fields, without the event's name", () => {
  expect(humanLogLine(LINE, false)).toBe("03:04:05 warn  cannot reach b  origin=repl://b:8444 failures=3");
});

it("shows the stack of an error that nothing expected", () => {
  const line = JSON.stringify({ level: "fatal", time: "", msg: "exiting", err: { stack: "Error: x\n    at y" } });
  expect(humanLogLine(line, false)).toBe(" fatal exiting\nError: x\n    at y");
});

it("marks the level with colour only where it is wanted", () => {
  expect(humanLogLine(LINE, true)).toContain("\u001b[33mwarn");
  expect(humanLogLine(LINE, false)).not.toContain("\u001b");
});
