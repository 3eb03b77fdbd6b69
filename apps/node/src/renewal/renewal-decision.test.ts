import { expect, it } from "vitest";
import { decideSwitch, isRenewalDue, OVERLAP_MS } from "./renewal-decision.js";

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 0, 1);
const successor = { notBeforeMs: NOW_MS - 5 * 60_000 };
const current = { notAfterMs: NOW_MS + 30 * DAY_MS };
const partners = (...having: string[]) => ({ all: ["a", "b"], having: new Set(having) });

it("goes over when all have it, and not before, but when the overlap is over", () => {
  expect(decideSwitch(current, successor, partners("a"), NOW_MS)).toEqual({
    kind: "wait",
    having: ["a"],
    waitingFor: ["b"],
    untilMs: NOW_MS + OVERLAP_MS,
  });
  expect(decideSwitch(current, successor, partners("b", "a"), NOW_MS).kind).toBe("all-have-it");
  expect(decideSwitch(current, successor, { all: [], having: new Set() }, NOW_MS).kind).toBe("all-have-it");
  expect(decideSwitch(current, successor, partners("a"), NOW_MS + OVERLAP_MS - 1).kind).toBe("wait");
  expect(decideSwitch(current, successor, partners("a"), NOW_MS + OVERLAP_MS).kind).toBe("overlap-over");
});

it("does not wait until the current one has expired", () => {
  const soon = { notAfterMs: NOW_MS + 2 * DAY_MS };
  expect(decideSwitch(soon, successor, partners(), NOW_MS)).toMatchObject({ kind: "wait", untilMs: NOW_MS + DAY_MS });
  expect(decideSwitch({ notAfterMs: NOW_MS }, successor, partners("b"), NOW_MS).kind).toBe("overlap-over");
});

it("does not go over to what nobody accepts, though its clock were years ahead", () => {
  const yearsAheadMs = NOW_MS + 4_000 * DAY_MS;
  expect(decideSwitch(current, successor, partners(), yearsAheadMs).kind).toBe("wait");
});

it("is due so long before the end, or never", () => {
  expect(isRenewalDue(current, 30 * DAY_MS, NOW_MS)).toBe(true);
  expect(isRenewalDue(current, 30 * DAY_MS, NOW_MS - 1)).toBe(false);
  expect(isRenewalDue(current, undefined, NOW_MS + 60 * DAY_MS)).toBe(false);
});
