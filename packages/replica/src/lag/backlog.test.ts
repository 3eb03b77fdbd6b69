import { NO_LINEAGE, type Ruv, type ServerUuid } from "@concordat/crdt";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Backlog, NO_BACKLOG, nextBacklog, oldestOf } from "./backlog.js";

const [a, b] = ["a", "b"] as unknown as [ServerUuid, ServerUuid];

const ruv = (rows: Readonly<Record<string, number>>): Ruv =>
  new Map(
    Object.entries(rows).map(([server, seen]) => [server as ServerUuid, { seen, purged: 0, lineage: NO_LINEAGE }]),
  );

describe("a backlog", () => {
  test("is empty where nothing is missing", () => {
    expect(nextBacklog(NO_BACKLOG, ruv({ a: 5, b: 1 }), ruv({ a: 5 }))).toBe(NO_BACKLOG);
    expect(oldestOf(NO_BACKLOG)).toBeUndefined();
  });

  test("is as old as the first change that was heard of, whatever comes after it", () => {
    const first = nextBacklog(NO_BACKLOG, ruv({ a: 5 }), ruv({ a: 9 }));
    const second = nextBacklog(first, ruv({ a: 5 }), ruv({ a: 50, b: 40 }));
    expect([...second]).toEqual([
      [a, 9],
      [b, 40],
    ]);
    expect(oldestOf(second)).toBe(9);
  });

  test("is no older than what came last", () => {
    const first = nextBacklog(NO_BACKLOG, ruv({ a: 5 }), ruv({ a: 9 }));
    expect(oldestOf(nextBacklog(first, ruv({ a: 20 }), ruv({ a: 50 })))).toBe(21);
    expect(nextBacklog(first, ruv({ a: 50 }), ruv({ a: 50 }))).toBe(NO_BACKLOG);
  });

  test("lies between what was seen and what is offered, after any history, and never gets older", () => {
    const step = fc.record({ committed: fc.nat({ max: 5 }), came: fc.nat({ max: 5 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let [has, offered, oldest] = [10, 10, 0];
        let backlog: Backlog = NO_BACKLOG;
        for (const { committed, came } of steps) {
          offered += committed;
          has = Math.min(offered, has + came);
          backlog = nextBacklog(backlog, ruv({ a: has }), ruv({ a: offered }));
          const missing = oldestOf(backlog);
          expect(missing === undefined).toBe(has === offered);
          if (missing === undefined) continue;
          expect(missing).toBeGreaterThan(has);
          expect(missing).toBeLessThanOrEqual(offered);
          expect(missing).toBeGreaterThanOrEqual(oldest);
          oldest = missing;
        }
      }),
    );
  });
});
