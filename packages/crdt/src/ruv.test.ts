import { describe, expect, test } from "vitest";
import {
  claimedRows,
  diffRuv,
  extendLineage,
  isEmptyRuv,
  NO_LINEAGE,
  type Ruv,
  randomUuid,
  type ServerUuid,
} from "./index.js";

const [a, b] = [1, 2].map((seed) => randomUuid<ServerUuid>(new Uint8Array(16).fill(seed))) as [ServerUuid, ServerUuid];

const ruv = (rows: Record<string, { seen?: number; purged?: number }>): Ruv =>
  new Map(
    Object.entries(rows).map(([server, { seen = 0, purged = 0 }]) => [
      server as ServerUuid,
      { seen, purged, lineage: NO_LINEAGE },
    ]),
  );

describe("the difference of two vectors", () => {
  test("is nothing to do when the consumer has seen it all", () => {
    expect(diffRuv(ruv({ [a]: { seen: 5 }, [b]: { seen: 7 } }), ruv({ [a]: { seen: 5 } }))).toEqual({
      kind: "supply",
      ranges: [],
    });
  });

  test("is a half-open range per server that the supplier is ahead on", () => {
    expect(diffRuv(ruv({ [a]: { seen: 5 } }), ruv({ [a]: { seen: 9 }, [b]: { seen: 2 } }))).toEqual({
      kind: "supply",
      ranges: [
        { server: a, after: 5, through: 9 },
        { server: b, after: 0, through: 2 },
      ],
    });
  });

  test("makes a new, empty consumer lag only where something was purged", () => {
    expect(diffRuv(ruv({}), ruv({ [a]: { seen: 9 } })).kind).toBe("supply");
    expect(diffRuv(ruv({}), ruv({ [a]: { seen: 9, purged: 3 } }))).toEqual({
      kind: "consumer-lags",
      lags: [{ server: a, seen: 0, purged: 3 }],
    });
  });

  test("says who lags: the consumer, the supplier, or each behind the other", () => {
    const behind = { [a]: { seen: 2 } };
    const purged = { [a]: { seen: 9, purged: 3 } };
    expect(diffRuv(ruv(behind), ruv(purged)).kind).toBe("consumer-lags");
    expect(diffRuv(ruv(purged), ruv(behind)).kind).toBe("supplier-lags");
    expect(diffRuv(ruv({ ...behind, [b]: { seen: 9, purged: 3 } }), ruv({ ...purged, [b]: { seen: 2 } })).kind).toBe(
      "critical",
    );
  });

  test("a purge up to exactly what the other has seen is no lag", () => {
    expect(diffRuv(ruv({ [a]: { seen: 3 } }), ruv({ [a]: { seen: 9, purged: 3 } })).kind).toBe("supply");
  });

  test("finds no overlap between two histories without a server in common", () => {
    expect(diffRuv(ruv({ [a]: { seen: 3 } }), ruv({ [b]: { seen: 3 } })).kind).toBe("no-overlap");
    expect(diffRuv(ruv({ [a]: { seen: 3 } }), ruv({ [a]: { seen: 1 }, [b]: { seen: 3 } })).kind).toBe("supply");
  });
});

describe("a claim", () => {
  test("raises seen, never lowers it, and leaves purged to its owner", () => {
    const ours = ruv({ [a]: { seen: 5, purged: 2 } });
    const rows = claimedRows(ours, ruv({ [a]: { seen: 9, purged: 8 }, [b]: { seen: 1 } }));
    expect([...rows].map(([server, { seen, purged }]) => [server, seen, purged])).toEqual([
      [a, 9, 2],
      [b, 1, 0],
    ]);
    expect(claimedRows(ours, ruv({ [a]: { seen: 4 } })).size).toBe(0);
  });
});

test("a vector with rows that are all zero is that of a new replica", () => {
  expect(isEmptyRuv(ruv({ [a]: {} }))).toBe(true);
  expect(isEmptyRuv(ruv({ [a]: { seen: 1 } }))).toBe(false);
});

test("a lineage depends on every change before it and on their order", () => {
  const lineageOf = (times: readonly number[], name: number): bigint =>
    times.reduce((before, ts) => extendLineage(before, ts, new Uint8Array(8).fill(name)), NO_LINEAGE).hash;
  const lineage = (...times: number[]): bigint => lineageOf(times, 7);
  expect(lineageOf([1, 2, 3], 8)).not.toBe(lineage(1, 2, 3));
  expect(lineage(1, 2, 3)).toBe(lineage(1, 2, 3));
  expect(new Set([lineage(1, 2, 3), lineage(2, 1, 3), lineage(1, 3), lineage(3), lineage(1, 2, 4)]).size).toBe(5);
  expect(lineage(1, 2, 3)).toBeLessThan(2n ** 64n);
});
