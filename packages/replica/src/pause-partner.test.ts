import { describe, expect, test } from "vitest";
import { backupOf, inPieces } from "./testing/backups.js";
import { becomes, eventually, link, linkState, statusOf, usePairOfCopies } from "./testing/links.js";
import {
  createEntries,
  expectConverged,
  originOf,
  partner,
  refreshFrom,
  restart,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";

let a: TestNode;
let b: TestNode;

usePairOfCopies((pair) => {
  [a, b] = pair;
});

const differ = async (): Promise<void> => {
  expect((await a.replica.digest()).sha256).not.toBe((await b.replica.digest()).sha256);
};

describe("a partner that is paused", () => {
  test("is neither pulled from nor supplied, and both sides say why; resume brings everything", async () => {
    await link(a, b);
    const before = statusOf(a);
    await a.replica.pausePartner("repl://b");
    expect(statusOf(a)).toMatchObject({
      state: "paused",
      connected: false,
      pausedSinceMicros: a.clock.micros,
      remedy: "concordat resume repl://b",
      entriesApplied: before.entriesApplied,
    });
    await createEntries(a, 1, "of a");
    await createEntries(b, 1, "of b");
    a.replica.pullNow();
    b.replica.pullNow();
    await becomes(b, a, "unwilling");
    expect(statusOf(b).message).toBe("repl://a has paused replication with this node");
    await differ();

    const since = statusOf(a).pausedSinceMicros;
    a.clock.advance(60_000);
    await a.replica.pausePartner("repl://b");
    expect(statusOf(a).pausedSinceMicros).toBe(since);

    await a.replica.resumePartner("repl://b");
    await becomes(a, b, "in-sync");
    b.replica.pullNow();
    await becomes(b, a, "in-sync");
    await eventually(async () => expectConverged([a, b]));
    expect(statusOf(a).pausedSinceMicros).toBeUndefined();
  });

  test("stays paused over a restart, a refresh from another partner, a restore, and another object of the same origin", async () => {
    const c = await testNode("c");
    await refreshFrom(c, a);
    await createEntries(c, 1, "only on c");
    const toB = partner(a, b);
    a.replica.setPartners([toB]);
    await becomes(a, b, "in-sync");
    await a.replica.pausePartner("repl://b");
    await restart(a, { partners: [toB] });
    expect(linkState(a, b)).toBe("paused");
    await refreshFrom(a, c, { discardLocalChanges: true });
    a.replica.setPartners([{ ...toB }]);
    expect(linkState(a, b)).toBe("paused");
    await restart(a, { partners: [toB] });
    expect(linkState(a, b)).toBe("paused");
    await a.replica.restore({ backup: inPieces(await backupOf(b)), discardLocalChanges: true });
    await restart(a, { partners: [toB] });
    expect(linkState(a, b)).toBe("paused");
    // The first write does not wait for a partner that nobody asks.
    await createEntries(a, 1, "not held up");
    await a.replica.resumePartner("repl://b");
    await becomes(a, b, "in-sync");
    await c.replica.close();
  });

  test("is not refreshed from either", async () => {
    a.replica.setPartners([partner(a, b)]);
    await a.replica.pausePartner("repl://b");
    await expect(a.replica.refresh()).rejects.toMatchObject({ code: "partner_paused" });
    await expect(a.replica.refresh({ from: "repl://b" })).rejects.toMatchObject({ code: "partner_paused" });
  });

  test("leaves the others alone, and may be one that only pulls", async () => {
    const c = await testNode("c");
    await refreshFrom(c, a);
    a.replica.setPartners([partner(a, b, { type: "allow-pull" }), partner(a, c)]);
    b.replica.setPartners([partner(b, a)]);
    await becomes(b, a, "in-sync");
    await becomes(a, c, "in-sync");
    await a.replica.pausePartner("repl://b");
    await createEntries(c, 1, "of c");
    await eventually(async () => expect(await a.replica.digest()).toEqual(await c.replica.digest()));
    await becomes(b, a, "unwilling");
    await differ();
    await a.replica.resumePartner("repl://b");
    expect(linkState(a, b)).toBe("supply-only");
    b.replica.pullNow();
    await eventually(async () => expectConverged([a, b, c]));
    await c.replica.close();
  });

  test("a pause and its end in one breath, again and again, lose nothing", async () => {
    await link(a, b);
    for (let round = 0; round < 20; round += 1) {
      const written = createEntries(b, 1, `round ${round}`);
      void a.replica.pausePartner(originOf(b));
      await a.replica.resumePartner(originOf(b));
      await written;
    }
    await becomes(a, b, "in-sync");
    b.replica.pullNow();
    await eventually(async () => expectConverged([a, b]));
  });

  test("who is no partner is told so", async () => {
    await expect(a.replica.pausePartner("repl://z")).rejects.toMatchObject({ code: "unknown_partner" });
    await expect(a.replica.resumePartner("repl://z")).rejects.toMatchObject({ code: "unknown_partner" });
  });
});
