import { describe, expect, test } from "vitest";
import { becomes, statusOf, usePairOfCopies } from "./testing/links.js";
import { createEntries, expectConverged, heal, partner, type TestNode } from "./testing/test-topology.js";

let a: TestNode;
let b: TestNode;

usePairOfCopies((pair) => {
  [a, b] = pair;
});

describe("a node whose clock is a month ahead", () => {
  const MONTH_MS = 30 * 86_400_000;

  test("its changes are not applied, its partner says so, and no clock is poisoned", async () => {
    a.clock.advance(MONTH_MS);
    await createEntries(a, 2, "from the future");
    const before = { digest: await b.replica.digest(), ruv: b.replica.ruv() };
    b.replica.setPartners([partner(b, a)]);
    await becomes(b, a, "clock-skew");
    expect(statusOf(b).remedy).toContain("set the clocks");
    expect({ digest: await b.replica.digest(), ruv: b.replica.ruv() }).toEqual(before);
    const { changeId } = await b.replica.transact((transaction) => transaction.create({ title: "now" }));
    expect(changeId?.ts).toBeLessThan(b.clock.micros + 1_000);
  });

  test("what it writes is taken once the clocks agree, and nothing was lost", async () => {
    a.clock.advance(MONTH_MS);
    await createEntries(a, 2, "from the future");
    b.replica.setPartners([partner(b, a)]);
    await becomes(b, a, "clock-skew");
    b.clock.advance(MONTH_MS);
    await becomes(b, a, "in-sync");
    b.replica.setPartners([]);
    await heal([a, b]);
    await expectConverged([a, b]);
  });

  test("it is told of by the node itself, before it has stamped a write", async () => {
    a.clock.advance(MONTH_MS);
    a.replica.setPartners([partner(a, b)]);
    await createEntries(b, 1, "still pulled");
    await becomes(a, b, "clock-skew");
    expect(statusOf(a).message).toContain("43200 minutes ahead of that of repl://b");
    expect(a.replica.status().totals).toEqual(b.replica.status().totals);
    a.clock.micros -= MONTH_MS * 1_000;
    a.replica.pullNow();
    await becomes(a, b, "in-sync");
    await expectConverged([a, b]);
  });
});
