import { expect, it } from "vitest";
import { progressLine } from "./progress.js";

const PROGRESS = { entries: 69_199, entriesTotal: 138_398, bytes: 18_300_000, bytesTotal: undefined };

it("draws half a bar for half the entries", () => {
  expect(progressLine("refreshing", PROGRESS, 7_000, 120)).toBe(
    `refreshing ${"█".repeat(14)}${"░".repeat(14)}  50 % 69,199 of 138,398 entries · 17.5 MiB · 9,886/s`,
  );
});

it("goes by bytes while the number of entries is not known, and shows no bar when neither is", () => {
  const byBytes = { ...PROGRESS, entriesTotal: undefined, bytesTotal: 36_600_000 };
  expect(progressLine("importing", byBytes, 0, 120)).toContain(" 50 % 69,199 entries · 17.5 MiB of 34.9 MiB");
  const unknown = { ...PROGRESS, entriesTotal: undefined };
  expect(progressLine("importing", unknown, 0, 120)).toBe("importing 69,199 entries · 17.5 MiB");
});

it("never fills a line, so that it can be drawn over", () => {
  for (let columns = 1; columns < 130; columns += 1) {
    expect(progressLine("refreshing", PROGRESS, 7_000, columns).length).toBeLessThan(columns);
  }
});
