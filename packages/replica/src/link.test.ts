import { type Channel, ProtocolError } from "@concordat/protocol";
import { describe, expect, test } from "vitest";
import type { Log, PartnerOptions } from "./index.js";
import { REPLICA_LIMITS } from "./replica-limits.js";
import { settled } from "./testing/event-loop.js";
import { Gate } from "./testing/gate.js";
import { becomes, eventually, link, refused, statusOf, usePairOfCopies } from "./testing/links.js";
import {
  closeAll,
  createEntries,
  dial,
  expectConverged,
  expectSound,
  partner,
  pullOnce,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";
import { held } from "./testing/wire.js";

let a: TestNode;
let b: TestNode;

usePairOfCopies((pair) => {
  [a, b] = pair;
});

/** How long links wait; the purge, which comes hourly, waits beside them. */
const linkSleepsMs = ({ clock }: TestNode): number[] => clock.sleepsMs.filter((ms) => ms <= 15_000);

describe("a partner that cannot be reached", () => {
  const waitsMs = async (): Promise<number> => {
    await eventually(() => expect(linkSleepsMs(b)).toHaveLength(1));
    return linkSleepsMs(b)[0] as number;
  };

  test("is tried again after waits that double, with jitter, up to the poll interval", async () => {
    b.replica.setPartners([partner(b, a, { connect: refused })]);
    for (let failures = 1; failures <= 9; failures += 1) {
      const ceiling = Math.min(15_000, REPLICA_LIMITS.retryBaseMs * 2 ** (failures - 1));
      const waitMs = await waitsMs();
      expect(waitMs).toBeGreaterThanOrEqual(ceiling / 2);
      expect(waitMs).toBeLessThanOrEqual(ceiling);
      expect(statusOf(b)).toMatchObject({ state: "unreachable", message: "nothing listens there", failures });
      b.clock.advance(waitMs);
      await eventually(() => expect(statusOf(b).failures).toBe(failures + 1));
    }
  });

  test("is in sync as soon as it is there, and the next failure waits as the first did", async () => {
    let connect = refused;
    b.replica.setPartners([partner(b, a, { connect: () => connect() })]);
    for (let failures = 1; failures < 5; failures += 1) {
      b.clock.advance(await waitsMs());
      await eventually(() => expect(statusOf(b).failures).toBe(failures + 1));
    }
    let last: Channel | undefined;
    connect = async () => {
      last = dial(b, a);
      return last;
    };
    b.clock.advance(await waitsMs());
    await becomes(b, a, "in-sync");
    expect(statusOf(b).failures).toBe(0);
    connect = refused;
    await last?.close(new ProtocolError("connection_lost", "cut", { blame: "network" }));
    await becomes(b, a, "unreachable");
    await eventually(() => expect(linkSleepsMs(b)[0]).toBeLessThanOrEqual(REPLICA_LIMITS.retryBaseMs));
  });

  test("is tried at once when it speaks to this node itself", async () => {
    let connect = refused;
    b.replica.setPartners([partner(b, a, { connect: () => connect() })]);
    await waitsMs();
    connect = async () => dial(b, a);
    await pullOnce(a, b);
    await becomes(b, a, "in-sync");
  });

  test("is tried at once when somebody asks", async () => {
    let connect = refused;
    b.replica.setPartners([partner(b, a, { connect: () => connect() })]);
    await waitsMs();
    connect = async () => dial(b, a);
    b.replica.pullNow();
    await becomes(b, a, "in-sync");
  });

  test("is complained of once", async () => {
    const complaints: string[] = [];
    const log: Log = {
      debug: () => undefined,
      info: () => undefined,
      warn: (event) => complaints.push(event),
      error: () => undefined,
    };
    const c = await testNode("c", { log });
    c.replica.setPartners([partner(c, a, { connect: refused })]);
    for (let failures = 1; failures <= 4; failures += 1) {
      await eventually(() => expect(statusOf(c).failures).toBe(failures));
      c.clock.advance(15_000);
    }
    expect(complaints).toEqual(["partner_failed"]);
    await c.replica.close();
  });

  test("two nodes that both wait for their operators do not wake each other for ever", async () => {
    const stranger = await testNode("stranger");
    await createEntries(stranger, 1);
    let connections = 0;
    const counted = (from: TestNode, to: TestNode): PartnerOptions => {
      const options = partner(from, to);
      const connect = (signal: AbortSignal): Promise<Channel> => {
        connections += 1;
        // Enough is known by then, and no test should run for ever.
        return connections > 20 ? new Promise<Channel>(() => undefined) : options.connect(signal);
      };
      return { ...options, connect };
    };
    b.replica.setPartners([counted(b, stranger)]);
    stranger.replica.setPartners([counted(stranger, b)]);
    await becomes(b, stranger, "domain-mismatch");
    await becomes(stranger, b, "domain-mismatch");
    await settled();
    // Each tried once; the one that was met before it had tried itself may have tried once more.
    expect(connections).toBeLessThanOrEqual(3);
    await closeAll([stranger]);
  });

  test("loses nothing of what it takes while it is away", async () => {
    await link(a, b);
    b.replica.setPartners([]);
    await createEntries(a, 5, "away");
    b.replica.setPartners([partner(b, a)]);
    await eventually(() => expect(b.replica.status().totals).toEqual(a.replica.status().totals));
    await expectConverged([a, b]);
  });
});

describe("a partner of another domain", () => {
  test("is refused in plain words, with the remedy, and nothing is applied", async () => {
    const stranger = await testNode("stranger");
    await createEntries(stranger, 2);
    const before = await b.replica.digest();
    b.replica.setPartners([partner(b, stranger)]);
    await becomes(b, stranger, "domain-mismatch");
    expect(statusOf(b)).toMatchObject({
      message: `repl://stranger holds another database: its domain is ${stranger.replica.domainUuid}`,
      remedy: expect.stringContaining("run refresh-replication-consumer on this node"),
      connected: false,
    });
    expect(await b.replica.digest()).toEqual(before);
    await expectSound([stranger]);
    await stranger.replica.close();
  });

  test("is looked at again once a poll interval, and at once after a refresh by hand", async () => {
    const c = await testNode("c");
    c.replica.setPartners([partner(c, a)]);
    await becomes(c, a, "domain-mismatch");
    await eventually(() => expect(linkSleepsMs(c)).toEqual([15_000]));
    expect(await c.replica.refresh()).toMatchObject({ kind: "refreshed" });
    await becomes(c, a, "in-sync");
    await expectConverged([a, c]);
    await c.replica.close();
  });
});

test("a link whose pull was overtaken by another pull goes on at once", async () => {
  await createEntries(a, 5, "pulled twice");
  const gate = new Gate();
  const channels = [held(dial(b, a), ({ type }) => (type === "end" ? gate.pass() : undefined))];
  b.replica.setPartners([partner(b, a, { connect: async () => channels.shift() ?? dial(b, a) })]);
  await gate.reached;
  expect(await pullOnce(b, a)).toMatchObject({ kind: "applied" });
  gate.open();
  await becomes(b, a, "in-sync");
  expect(statusOf(b).failures).toBe(0);
  await expectConverged([a, b]);
});
