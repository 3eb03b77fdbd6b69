import type { ChangeId, Uuid } from "@concordat/crdt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Attributes } from "../index.js";
import { becomes, statusOf } from "../testing/links.js";
import {
  closeAll,
  expectConverged,
  heal,
  partner,
  pullOnce,
  refreshFrom,
  restart,
  type TestNode,
  topology,
} from "../testing/test-topology.js";

const HOUR_MICROS = 3_600_000_000;
const MONTH_MICROS = 30 * 24 * HOUR_MICROS;

let a: TestNode;
let b: TestNode;
let c: TestNode;
let shared: Uuid;

beforeEach(async () => {
  [a, b, c] = (await topology(["a", "b", "c"])) as [TestNode, TestNode, TestNode];
  shared = await a.replica.create({ title: "at first" });
  await heal([a, b, c]);
});

afterEach(async () => {
  for (const { replica } of [a, b, c]) replica.setPartners([]);
  await heal([a, b, c]);
  await expectConverged([a, b, c]);
  await closeAll([a, b, c]);
});

const write = async ({ replica }: TestNode, attributes: Attributes): Promise<ChangeId> => {
  const { changeId } = await replica.transact((transaction) => transaction.modify(shared, attributes));
  return changeId as ChangeId;
};

const title = async ({ replica }: TestNode): Promise<unknown> => (await replica.get(shared))?.attributes.title;

/** The changes of one server in the order in which they were made, each later than the one before. */
const expectRising = (changes: readonly ChangeId[]): void => {
  for (const [index, { ts }] of changes.slice(1).entries()) expect(ts).toBeGreaterThan(changes[index]?.ts ?? 0);
};

describe("a clock that stands still", () => {
  test("stamps every write later than the one before, and the last one is shown everywhere", async () => {
    const changes: ChangeId[] = [];
    for (let round = 0; round < 20; round += 1) changes.push(await write(a, { title: round }));
    expectRising(changes);
    await heal([a, b, c]);
    for (const node of [a, b, c]) expect(await title(node)).toBe(19);
  });

  test("does not keep its node from overwriting what it has read", async () => {
    b.clock.micros += 60_000_000;
    await write(b, { title: "of B, a minute later" });
    await pullOnce(a, b);
    await write(a, { title: "of A, that has read it" });
    await heal([a, b, c]);
    for (const node of [a, b, c]) expect(await title(node)).toBe("of A, that has read it");
    expect((await c.replica.conflicts()).conflicts).toEqual([]);
  });
});

describe("a clock that jumps back by an hour", () => {
  test("reissues no change id, and loses no write to one that it made before", async () => {
    const changes = [await write(a, { title: "before" })];
    a.clock.micros -= HOUR_MICROS;
    changes.push(await write(a, { title: "after" }));
    expectRising(changes);
    for (const node of [b, c]) await pullOnce(node, a);
    for (const node of [a, b, c]) expect(await title(node)).toBe("after");
    a.clock.micros += HOUR_MICROS;
  });

  test("while the node is stopped: the same", async () => {
    const changes = [await write(a, { title: "before" })];
    a.clock.micros -= HOUR_MICROS;
    await restart(a);
    changes.push(await write(a, { title: "after" }));
    expectRising(changes);
    await pullOnce(c, a);
    expect(await title(c)).toBe("after");
    a.clock.micros += HOUR_MICROS;
  });

  test("is told by both nodes, with both clocks; what it writes is taken, and what is too late for it waits", async () => {
    await write(b, { note: "of B" });
    a.clock.micros -= HOUR_MICROS;
    const [early, late] = [a.clock.micros, b.clock.micros];
    a.replica.setPartners([partner(a, b)]);
    b.replica.setPartners([partner(b, a)]);
    await becomes(a, b, "clock-skew");
    await becomes(b, a, "clock-skew");
    expect(statusOf(a).message).toContain(`whose clock showed ${late} µs`);
    expect(statusOf(a).message).toMatch(new RegExp(`this node's clock allows is ${early + 5 * 60_000_000} µs`));
    expect(statusOf(b).message).toContain(`60 minutes ahead of that of repl://a (${late} µs here, ${early} µs there)`);
    await write(a, { title: "of the slow one" });
    expect(await pullOnce(b, a)).toMatchObject({ kind: "applied" });
    expect(await title(b)).toBe("of the slow one");
    expect((await a.replica.get(shared))?.attributes.note).toBeUndefined();

    a.clock.micros += HOUR_MICROS;
    a.replica.pullNow();
    await becomes(a, b, "in-sync");
    expect((await a.replica.get(shared))?.attributes.note).toBe("of B");
  });
});

describe("a clock that jumps ahead by a month and returns", () => {
  test("having stamped nothing: nobody needs to know", async () => {
    a.clock.micros += MONTH_MICROS;
    expect(await pullOnce(a, b)).toMatchObject({ kind: "up-to-date" });
    a.clock.micros -= MONTH_MICROS;
    const { ts } = await write(a, { title: "as if nothing had been" });
    expect(ts).toBeLessThan(a.clock.micros + HOUR_MICROS);
    await heal([a, b, c]);
    for (const node of [a, b, c]) expect(await title(node)).toBe("as if nothing had been");
  });

  test("having written: its changes are refused until the others' clocks have passed them, and nobody's clock is poisoned", async () => {
    a.clock.micros += MONTH_MICROS;
    const future = await write(a, { title: "of the future" });
    a.clock.micros -= MONTH_MICROS;
    const after = await write(a, { title: "after the return" });
    expectRising([future, after]);
    b.replica.setPartners([partner(b, a)]);
    await becomes(b, a, "clock-skew");
    expect(statusOf(b).message).toContain(`stamped ${after.ts} µs`);
    expect(statusOf(b).message).toContain(`whose clock showed ${a.clock.micros} µs`);
    b.replica.setPartners([]);
    expect(await title(b)).toBe("at first");
    expect((await write(b, { note: "of B" })).ts).toBeLessThan(b.clock.micros + HOUR_MICROS);
    // It goes on pulling from the others meanwhile.
    await pullOnce(a, b);
    expect((await a.replica.get(shared))?.attributes.note).toBe("of B");

    for (const { clock } of [a, b, c]) clock.micros += MONTH_MICROS;
    await heal([a, b, c]);
    for (const node of [a, b, c]) expect(await title(node)).toBe("after the return");
  });

  test("having written: a refresh brings it back at once, and says that something only it had is discarded", async () => {
    a.clock.micros += MONTH_MICROS;
    await write(a, { title: "of the future" });
    a.clock.micros -= MONTH_MICROS;
    expect(await refreshFrom(a, b)).toMatchObject({ kind: "would-discard", entries: 1 });
    expect(await refreshFrom(a, b, { discardLocalChanges: true })).toMatchObject({ kind: "refreshed", discarded: 1 });
    expect((await write(a, { title: "of today" })).ts).toBeLessThan(a.clock.micros + HOUR_MICROS);
    await heal([a, b, c]);
    for (const node of [a, b, c]) expect(await title(node)).toBe("of today");
  });
});
