import type { Value } from "@concordat/crdt";
import { describe, expect, test } from "vitest";
import { max, words } from "../testing/users-kinds.js";
import { checkMergeKind, type MergeKindLaw, MergeKindLawError } from "./check-merge-kind.js";
import { type DefinedKind, defineMergeKind, type MergeKindDefinition } from "./merge-kind.js";

const NUMBERS = [1, 2, 3, -5, 0.5];

const sets = (random: () => number): ReadonlySet<string> => new Set(["a", "b", "c"].filter(() => random() < 0.5));

test("kinds that keep the laws pass, by samples and by what is drawn", () => {
  checkMergeKind(max, NUMBERS);
  checkMergeKind(max, (random) => Math.floor(random() * 10), { rounds: 50 });
  checkMergeKind(words, sets, { rounds: 50, writes: ["a", "d"] });
});

const lawOf = <T>(
  kind: DefinedKind<T>,
  samples: readonly T[] | ((random: () => number) => T),
  writes: Value[] = [],
) => {
  try {
    checkMergeKind(kind, samples, { rounds: 200, seed: 7, writes });
  } catch (error) {
    if (error instanceof MergeKindLawError) return error;
    throw error;
  }
  throw new Error("it passed");
};

const numbers = (wrong: Partial<MergeKindDefinition<number>>): DefinedKind<number> =>
  defineMergeKind<number>({ ...max, ...wrong });

const lists = (wrong: Partial<MergeKindDefinition<number[]>>): DefinedKind<number[]> =>
  defineMergeKind<number[]>({
    name: "test.example/lists",
    empty: [],
    join: (left, right) => [...new Set([...left, ...right])].sort(),
    encode: (value) => value,
    decode: (encoded) => [...(encoded as number[])],
    ...wrong,
  });

let calls = 0;

const refusing = (): number => {
  throw new Error("not these");
};

describe("a kind that breaks a law is told which, by what", () => {
  test.each<[MergeKindLaw, string, () => MergeKindLawError]>([
    [
      "commutative",
      "keeps the left",
      () => lawOf(lists({ join: (left, right) => (left.length > 0 ? left : right) }), [[1], [2]]),
    ],
    [
      "associative",
      "halves",
      () =>
        lawOf(numbers({ empty: 0, join: (a, b) => (a === b ? a : a === 0 ? b : b === 0 ? a : (a + b) / 2) }), NUMBERS),
    ],
    ["idempotent", "adds up", () => lawOf(numbers({ empty: 0, join: (a, b) => a + b }), NUMBERS)],
    ["neutral", "begins with zero", () => lawOf(numbers({ empty: 0 }), NUMBERS)],
    ["decoded", "reads something else", () => lawOf(numbers({ decode: () => 1 }), NUMBERS)],
    ["decoded", "cannot read what it writes", () => lawOf(numbers({ encode: String }), NUMBERS)],
    [
      "deterministic",
      "counts",
      () =>
        lawOf(
          numbers({
            encode: () => {
              calls += 1;
              return calls;
            },
          }),
          NUMBERS,
        ),
    ],
    [
      "pure",
      "joins in place",
      () =>
        lawOf(
          lists({
            join: (left, right) => {
              for (const one of right) if (!left.includes(one)) left.push(one);
              return left.sort();
            },
          }),
          () => [1, 2].filter(() => calls++ % 3 > 0),
        ),
    ],
    [
      "pure",
      "changes in place",
      () =>
        lawOf(
          lists({
            change: (current, written) => {
              current.push(Number(written));
              return current;
            },
          }),
          [[1]],
          [2],
        ),
    ],
    ["encoded", "writes what is no value", () => lawOf(numbers({ encode: (value) => value / 0 }), NUMBERS)],
    ["encoded", "shows what is no value", () => lawOf(numbers({ show: () => Number.NaN }), NUMBERS)],
    [
      "encoded",
      "grows beyond an entry",
      () => lawOf(lists({ encode: (value) => (value.length === 0 ? [] : ["x".repeat(5_000_000)]) }), [[3]]),
    ],
    ["total", "joins some", () => lawOf(numbers({ join: refusing }), NUMBERS)],
  ])("%s: it %s", (law, _, run) => {
    const error = run();
    expect(error).toMatchObject({ law });
    expect(error.message).toContain(`is not ${law}`);
    expect(error.message).toContain("(seed 7)");
    expect(error.counterexample.length).toBeGreaterThan(0);
  });

  test("in words that a reader can follow", () => {
    const kind = lists({ join: (left, right) => (left.length > 0 ? left : right) });
    expect(lawOf(kind, [[1], [2]]).message).toBe(
      "test.example/lists is not commutative: join(a, b) is not join(b, a): one is [1], the other [2]; a = [1], b = [2] (seed 7)",
    );
  });
});

test("of many samples each is tried once at least", () => {
  const seen = new Set<number>();
  const kind = numbers({
    encode: (value) => {
      seen.add(value);
      return max.encode(value);
    },
  });
  const samples = Array.from({ length: 300 }, (_, index) => index);
  checkMergeKind(kind, samples, { rounds: 10 });
  expect(samples.filter((sample) => !seen.has(sample))).toEqual([]);
});
