import { describe, expect, test } from "vitest";
import { becomes, eventually, refused, statusOf, usePairOfCopies } from "./testing/links.js";
import { createEntries, partner, type TestNode } from "./testing/test-topology.js";

let a: TestNode;
let b: TestNode;

usePairOfCopies((pair) => {
  [a, b] = pair;
});

describe("settings that change while the replica runs", () => {
  test("a link that waits by a long poll interval tries again by the new one", async () => {
    b.replica.adjust({ pollIntervalMs: 86_400_000 });
    let tries = 0;
    const connect = () => {
      tries += 1;
      return refused();
    };
    b.replica.setPartners([partner(b, a, { connect })]);
    // Until the retries have grown to hours.
    for (let failures = 1; failures < 20; failures += 1) {
      await eventually(() => expect(statusOf(b).failures).toBe(failures));
      await eventually(() => expect(longestSleepMs(b)).toBeGreaterThan(0));
      b.replica.pullNow();
    }
    await eventually(() => expect(longestSleepMs(b)).toBeGreaterThan(3_600_000));
    const before = tries;
    b.replica.adjust({ pollIntervalMs: 500 });
    await eventually(() => expect(tries).toBe(before + 1));
    await eventually(() => expect(Math.max(...retrySleepsMs(b))).toBeLessThanOrEqual(500));
  });

  test("a change that the new skew allows is applied", async () => {
    a.clock.advance(600_000);
    await createEntries(a, 1, "ten minutes ahead");
    b.replica.setPartners([partner(b, a)]);
    await becomes(b, a, "clock-skew");
    b.replica.adjust({ clockSkewMaxMs: 900_000 });
    await becomes(b, a, "in-sync");
    expect((await b.replica.digest()).sha256).toBe((await a.replica.digest()).sha256);
  });

  test("what the new changelog age calls old is purged by itself", async () => {
    const [uuid] = await createEntries(a, 1);
    await a.replica.delete(uuid as NonNullable<typeof uuid>);
    a.clock.advance(3_600_000);
    a.replica.adjust({ changelogMaxAgeMs: 60_000 });
    await eventually(() => expect(Math.min(...a.clock.sleepsMs)).toBe(6_000));
    a.clock.advance(6_000);
    await eventually(() => expect(a.replica.status().totals.tombstones).toBe(0));
    // The copy has not seen the deletion: it says so in place of keeping the entry.
    b.replica.setPartners([partner(b, a)]);
    await becomes(b, a, "refresh-required");
  });

  test("what is left out stays", () => {
    a.replica.adjust({});
    a.replica.adjust({ pollIntervalMs: undefined });
    expect(a.clock.sleepsMs).toEqual([3_600_000]);
  });
});

/** Without the hour between two purges. */
const retrySleepsMs = ({ clock }: TestNode): readonly number[] => clock.sleepsMs.filter((ms) => ms !== 3_600_000);

const longestSleepMs = (node: TestNode): number => Math.max(0, ...retrySleepsMs(node));
