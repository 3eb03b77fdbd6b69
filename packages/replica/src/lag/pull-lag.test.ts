import { expect, test } from "vitest";
import { type PullKnowledge, pullLag } from "./pull-lag.js";

const NOW = 1_700_000_000_000_000;
const secondsAgo = (seconds: number): number => NOW - seconds * 1_000_000;

const knowing = (known: Partial<PullKnowledge>) =>
  pullLag({
    missingSinceMicros: undefined,
    wholeAtMicros: undefined,
    entriesLeft: undefined,
    isListening: false,
    nowMicros: NOW,
    ...known,
  });

test("nothing is said as long as nothing is known", () => {
  expect(knowing({ isListening: true, entriesLeft: 3 })).toBeUndefined();
});

test("who was whole a while ago may lack what came since, and knows of nothing", () => {
  expect(knowing({ wholeAtMicros: secondsAgo(40) })).toEqual({ seconds: 0, secondsMax: 40, changes: undefined });
});

test("the silence of who would speak up counts, up to when its sign of life is due", () => {
  expect(knowing({ wholeAtMicros: secondsAgo(20), isListening: true })).toEqual({
    seconds: 0,
    secondsMax: 0,
    changes: 0,
  });
  expect(knowing({ wholeAtMicros: secondsAgo(40), isListening: true })).toMatchObject({ secondsMax: 10 });
});

test("what is known to be missing counts from when it was written, and is never less than what may be", () => {
  const known = { missingSinceMicros: secondsAgo(7), entriesLeft: 12 };
  expect(knowing(known)).toEqual({ seconds: 7, secondsMax: undefined, changes: 12 });
  expect(knowing({ ...known, wholeAtMicros: secondsAgo(2) })).toEqual({ seconds: 7, secondsMax: 7, changes: 12 });
});
