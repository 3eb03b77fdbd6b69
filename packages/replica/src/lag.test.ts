import type { Channel } from "@concordat/protocol";
import { describe, expect, test } from "vitest";
import type { PartnerOptions } from "./index.js";
import { backupOf, inPieces } from "./testing/backups.js";
import { Gate } from "./testing/gate.js";
import { becomes, eventually, link, refused, statusOf, usePairOfCopies } from "./testing/links.js";
import {
  closeAll,
  createEntries,
  dial,
  expectConverged,
  partner,
  restart,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";
import { held } from "./testing/wire.js";

let a: TestNode;
let b: TestNode;

usePairOfCopies((pair) => {
  [a, b] = pair;
});

const pass = (ms: number): void => {
  a.clock.advance(ms);
  b.clock.advance(ms);
};

/** Partners whose connections a test lets through or not. */
const cuttable = () => {
  let isCut = false;
  const open = new Set<Channel>();
  const options = (from: TestNode, to: TestNode, more: Partial<PartnerOptions> = {}): PartnerOptions =>
    partner(from, to, {
      connect: async () => {
        if (isCut) return refused();
        const channel = dial(from, to);
        open.add(channel);
        return channel;
      },
      ...more,
    });
  const cut = async (): Promise<void> => {
    isCut = true;
    await Promise.all([...open].map((channel) => channel.close()));
  };
  return { options, cut, mend: () => (isCut = false) };
};

/** Up to when this node has seen its own changes, and its partner has acknowledged them. */
const seenOf = ({ replica }: TestNode): number => {
  const { ruv, serverUuid } = replica.status();
  return ruv.get(serverUuid)?.seen ?? Number.NaN;
};

const acknowledgedOf = (node: TestNode): number =>
  statusOf(node).acknowledgedRuv?.get(node.replica.status().serverUuid)?.seen ?? Number.NaN;

const NOTHING = { seconds: 0, secondsMax: 0, changes: 0 };

describe("the lag of a link", () => {
  test("is unknown before the first pull, and nothing once both have everything and listen", async () => {
    b.replica.setPartners([partner(b, a, { connect: refused })]);
    await becomes(b, a, "unreachable");
    expect(statusOf(b)).toMatchObject({ lag: undefined, behindBy: undefined, forcedRefreshAtMicros: undefined });
    await link(a, b);
    for (const node of [a, b])
      await eventually(() =>
        expect(statusOf(node)).toMatchObject({
          lag: NOTHING,
          behindBy: { seconds: 0, changes: 0 },
          catchingUp: undefined,
        }),
      );
    pass(20_000);
    expect(statusOf(b).lag).toEqual(NOTHING);
  });

  test("of a partner that cannot be reached is at most the time since it was heard of", async () => {
    const { options, cut } = cuttable();
    b.replica.setPartners([options(b, a)]);
    await eventually(() => expect(statusOf(b).lag).toEqual(NOTHING));
    pass(7_000);
    await cut();
    await becomes(b, a, "unreachable");
    await createEntries(a, 2, "while apart");
    pass(60_000);
    const { lag } = statusOf(b);
    expect(lag).toEqual({ seconds: 0, secondsMax: 67, changes: undefined });
  });

  test("counts from a change that the partner has told of, and ends when it is here", async () => {
    await link(a, b);
    const gate = new Gate();
    b.replica.setPartners([
      partner(b, a, {
        connect: async () => held(dial(b, a), ({ type }) => (type === "end" ? gate.pass() : undefined)),
      }),
    ]);
    pass(1_000);
    await createEntries(a, 5, "held up");
    pass(2_000);
    await gate.reached;
    await becomes(b, a, "catching-up");
    const { lag, catchingUp } = statusOf(b);
    expect(lag).toMatchObject({ seconds: 2, secondsMax: expect.any(Number) });
    expect(catchingUp?.entries).toBeGreaterThan(0);
    expect(catchingUp?.entriesEstimate).toBeGreaterThanOrEqual(5);
    expect(catchingUp?.bytes).toBeGreaterThan(0);
    expect(lag?.changes).toBe((catchingUp?.entriesEstimate ?? 0) - (catchingUp?.entries ?? 0));
    gate.open();
    await eventually(() => expect(statusOf(b)).toMatchObject({ state: "in-sync", lag: NOTHING }));
    await expectConverged([a, b]);
  });

  test("of a partner that is away is known over a restart, and a change of what is configured of it", async () => {
    const { options, cut } = cuttable();
    b.replica.setPartners([options(b, a)]);
    await eventually(() => expect(statusOf(b).lag).toEqual(NOTHING));
    const pulledAtMicros = statusOf(b).lastPullAtMicros;
    await cut();
    await becomes(b, a, "unreachable");
    pass(10_000);
    await restart(b, { partners: [options(b, a)] });
    const known = { lastPullAtMicros: pulledAtMicros, lag: { seconds: 0, secondsMax: 10, changes: undefined } };
    expect(statusOf(b)).toMatchObject({ ...known, forcedRefreshAtMicros: expect.any(Number) });
    b.replica.setPartners([options(b, a)]);
    expect(statusOf(b)).toMatchObject(known);
    await restart(b, { partners: [] });
    b.replica.setPartners([options(b, a)]);
    expect(statusOf(b)).toMatchObject(known);
  });

  test("is that of the content: a restore of an older backup knows what was here then", async () => {
    const { options, cut } = cuttable();
    b.replica.setPartners([options(b, a)]);
    await eventually(() => expect(statusOf(b).lag).toEqual(NOTHING));
    await createEntries(b, 1, "with which it is written");
    const backup = await backupOf(b);
    pass(20_000);
    await createEntries(a, 1, "later");
    await eventually(() => expect(statusOf(b)).toMatchObject({ entriesApplied: 1, lag: NOTHING }));
    await cut();
    await b.replica.restore({ backup: inPieces(backup), discardLocalChanges: true });
    await becomes(b, a, "unreachable");
    expect(statusOf(b).lag).toEqual({ seconds: 0, secondsMax: 20, changes: undefined });
  });

  test("of a partner that stays silent for longer than it may is not nothing", async () => {
    b.replica.setPartners([partner(b, a)]);
    await eventually(() => expect(statusOf(b).lag).toEqual(NOTHING));
    // The sign of life that is due after 30 s does not come: only this clock goes on.
    b.clock.advance(45_000);
    expect(statusOf(b).lag).toEqual({ seconds: 0, secondsMax: 15, changes: 0 });
  });
});

describe("how far a partner is behind", () => {
  test("is known from its requests: what was written since, and for how long", async () => {
    const { options, cut, mend } = cuttable();
    a.replica.setPartners([options(a, b, { type: "allow-pull" })]);
    b.replica.setPartners([options(b, a)]);
    await eventually(() => expect(statusOf(a).behindBy).toEqual({ seconds: 0, changes: 0 }));
    await cut();
    await becomes(b, a, "unreachable");
    pass(10_000);
    await createEntries(a, 3, "first");
    pass(5_000);
    await createEntries(a, 1, "second");
    pass(1_000);
    expect(statusOf(a).behindBy).toEqual({ seconds: 6, changes: 4 });
    expect(acknowledgedOf(a)).toBeLessThan(seenOf(a));
    mend();
    pass(15_000);
    await eventually(() => expect(statusOf(a).behindBy).toEqual({ seconds: 0, changes: 0 }));
    expect(acknowledgedOf(a)).toBe(seenOf(a));
    await expectConverged([a, b]);
  });

  test("does not count what came from the partner itself", async () => {
    await link(a, b);
    await createEntries(b, 4, "of b");
    await eventually(() => expect(statusOf(a).entriesApplied).toBe(4));
    await eventually(() => expect(statusOf(a).behindBy).toEqual({ seconds: 0, changes: 0 }));
    expect(statusOf(a).lag).toEqual(NOTHING);
  });

  test("is unknown of a partner that is only pulled from", async () => {
    b.replica.setPartners([partner(b, a, { type: "pull" })]);
    await becomes(b, a, "in-sync");
    expect(statusOf(b).behindBy).toBeUndefined();
    expect(statusOf(b).acknowledgedRuv).toBeUndefined();
  });
});

test("what a partner said of itself is told, and until when it may be away", async () => {
  const c = await testNode("c", { changelogMaxAgeMs: 86_400_000, software: "c/1" });
  a.replica.setPartners([partner(a, c)]);
  await becomes(a, c, "domain-mismatch");
  expect(statusOf(a).peer).toMatchObject({
    serverUuid: c.replica.serverUuid,
    domainUuid: c.replica.domainUuid,
    software: "c/1",
    clockAheadMicros: 0,
  });
  expect(statusOf(a)).toMatchObject({ lag: undefined, forcedRefreshAtMicros: undefined });
  c.replica.setPartners([partner(c, a)]);
  await c.replica.refresh();
  await becomes(c, a, "in-sync");
  expect(statusOf(c).forcedRefreshAtMicros).toBe((statusOf(c).lastPullAtMicros ?? 0) + 86_400_000_000);
  await closeAll([c]);
});
