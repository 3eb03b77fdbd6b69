import { describe, expect, it } from "vitest";
import { lagText } from "./status-lines.js";

describe("lagText", () => {
  it.each([
    [undefined, "unknown"],
    [{ seconds: 0, secondsMax: 0, changes: 0 }, "0 s"],
    [{ seconds: 3.2, secondsMax: 4, changes: 1_234 }, "3 s, ≤ 1,234 changes"],
    [{ seconds: 90 }, "1 min"],
    [{ seconds: 0, secondsMax: 7_200 }, "≤ 2 h"],
  ])("shows %j as %s", (lag, text) => expect(lagText(lag)).toBe(text));
});
