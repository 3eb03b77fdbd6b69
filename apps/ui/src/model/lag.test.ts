import { expect, it } from "vitest";
import { behindText, lagMsOf, lagText } from "./lag.js";

it.each([
  [undefined, "not known", null],
  [{ seconds: 0, secondsMax: 0, changes: 0 }, "0 s", 0],
  [{ seconds: 3.25, secondsMax: 9, changes: 1 }, "3.3 s, ≤ 1 change", 3_250],
  [{ seconds: 75, changes: 12_000 }, "1 min, ≤ 12,000 changes", 75_000],
  // Nothing is known to be missing, but nobody would have said so: what is shown is the bound.
  [{ seconds: 0, secondsMax: 7_200 }, "≤ 2 h", 7_200_000],
] as const)("says of %j: %s", (lag, text, ms) => {
  expect(lagText(lag)).toBe(text);
  expect(lagMsOf(lag)).toBe(ms);
});

it("says how far a partner is behind", () => {
  expect(behindText(undefined)).toBe("not known");
  expect(behindText({ seconds: 0, changes: 0 })).toBe("0 s");
  expect(behindText({ seconds: 61, changes: 2 })).toBe("1 min, ≤ 2 changes");
});
