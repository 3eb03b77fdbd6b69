import { expect, it } from "vitest";
import { formatAge, formatBytes, formatDuration, formatEntries, formatTime } from "./quantity.js";

it.each([
  [0, "0 s"],
  [449, "0.4 s"],
  [9_949, "9.9 s"],
  [9_950, "9 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [3_600_000, "1 h"],
  [90_000_000, "1 d"],
  [-5, "0 s"],
])("says %d ms as %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

it("says ages, amounts and times", () => {
  const nowMs = Date.parse("2026-11-27T12:00:10.000Z");
  expect(formatAge("2026-11-27T12:00:09.500000Z", nowMs)).toBe("now");
  expect(formatAge("2026-11-27T12:00:08.500000Z", nowMs)).toBe("1 s ago");
  expect(formatAge("2026-11-27T12:00:20.000000Z", nowMs)).toBe("now");
  expect(formatAge("2026-11-26T12:00:00.000000Z", nowMs)).toBe("1 d ago");
  expect([formatEntries(1), formatEntries(138_398)]).toEqual(["1 entry", "138,398 entries"]);
  expect([formatBytes(0), formatBytes(152), formatBytes(61_120_000)]).toEqual(["0 B", "152 B", "58.3 MiB"]);
  expect(formatTime("2026-11-27T12:00:09.500000Z")).toBe("2026-11-27 12:00:09");
});
