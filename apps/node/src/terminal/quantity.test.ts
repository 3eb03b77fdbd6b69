import { expect, it } from "vitest";
import { formatBytes, formatDuration, formatEntries } from "./quantity.js";

it.each([
  [0, "0 B"],
  [1_023, "1023 B"],
  [1_024, "1.0 KiB"],
  [1_572_864, "1.5 MiB"],
  [5 * 2 ** 40, "5.0 TiB"],
  [2 ** 60, "1048576.0 TiB"],
])("shows %d bytes as %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

it.each([
  [-5, "0 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [3_600_000, "1 h"],
  [86_400_000 * 3, "3 d"],
])("shows %d ms as %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

it("counts in English", () => {
  expect(formatEntries(1)).toBe("1 entry");
  expect(formatEntries(138_398)).toBe("138,398 entries");
});
