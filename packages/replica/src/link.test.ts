import { type Channel, channelPair, ProtocolError } from "@concordat/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LinkState, Log, PartnerOptions, PartnerStatus } from "./index.js";
import { REPLICA_LIMITS } from "./replica-limits.js";
import { settled } from "./testing/event-loop.js";
import { Gate } from "./testing/gate.js";
import { linkState } from "./testing/link-state.js";
import {
  closeAll,
  createEntries,
  dial,
  expectConverged,
  expectSound,
  heal,
  partner,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";
import { held, wrapped } from "./testing/wire.js";

let a: TestNode;
let b: TestNode;

beforeEach(async () => {
  a = await testNode("a");
  b = await testNode("b");
  await createEntries(a, 3);
  await refreshFrom(b, a);
});

afterEach(async () => {
  await expectSound([a, b]);
  await closeAll([a, b]);
});

const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 4_000, interval: 2 });

const becomes = (node: TestNode, other: TestNode, state: LinkState): Promise<void> =>
  eventually(() => expect(linkState(node, other), statusOf(node).message).toBe(state));

const statusOf = (node: TestNode): PartnerStatus => {
  const [status] = node.replica.status().partners;
  if (status === undefined) throw new Error(`${node.name} has no partner`);
  return status;
};

const refused = (): Promise<Channel> =>
  Promise.reject(new ProtocolError("connection_refused", "nothing listens there", { blame: "network" }));

/** Both pull from each other, and have found that there is nothing to do. */
const link = async (): Promise<void> => {
  a.replica.setPartners([partner(a, b)]);
  b.replica.setPartners([partner(b, a)]);
  await becomes(a, b, "in-sync");
  await becomes(b, a, "in-sync");
};

describe("push", () => {
  test("a write reaches an idle partner while no clock moves", async () => {
    await link();
    const [uuid] = await createEntries(a, 1, "pushed");
    await eventually(async () => expect(uuid && (await b.replica.get(uuid))).toBeDefined());
    const [back] = await createEntries(b, 1, "pushed back");
    await eventually(async () => expect(back && (await a.replica.get(back))).toBeDefined());
    await expectConverged([a, b]);
  });

  test("it goes on through a node in the middle", async () => {
    const c = await testNode("c");
    await refreshFrom(c, a);
    await link();
    c.replica.setPartners([partner(c, b)]);
    await becomes(c, b, "in-sync");
    const [uuid] = await createEntries(a, 1, "relayed");
    await eventually(async () => expect(uuid && (await c.replica.get(uuid))).toBeDefined());
    await becomes(c, b, "in-sync");
    await expectConverged([a, b, c]);
    await c.replica.close();
  });

  test("many writes in a row arrive, all of them", async () => {
    await link();
    for (let index = 0; index < 20; index += 1) await createEntries(a, 1, `write ${index}`);
    await eventually(() => expect(b.replica.status().totals).toEqual(a.replica.status().totals));
    expect(statusOf(b)).toMatchObject({ state: "in-sync", entriesApplied: 20, failures: 0, connected: true });
    expect(statusOf(b).bytesReceived).toBeGreaterThan(0);
    await expectConverged([a, b]);
  });

  test("an idle link is quiet", async () => {
    let sent = 0;
    const counted = (channel: Channel): Channel =>
      wrapped(channel, {
        send: (parts) => {
          sent += 1;
          return sent > 100 ? new Promise<void>(() => undefined) : channel.send(parts);
        },
      });
    b.replica.setPartners([partner(b, a, { connect: async () => counted(dial(b, a)) })]);
    await becomes(b, a, "in-sync");
    await settled();
    // Hello, one pull, one subscription; the same again for each change.
    expect(sent).toBe(3);
    await createEntries(a, 1, "pushed");
    await settled();
    expect(sent).toBe(5);
    await expectConverged([a, b]);
  });

  test("an idle link hears that its partner is alive, and stays", async () => {
    await link();
    const before = statusOf(b).lastPullAtMicros ?? 0;
    b.clock.advance(REPLICA_LIMITS.subscribeHeartbeatMs);
    a.clock.advance(REPLICA_LIMITS.subscribeHeartbeatMs);
    await eventually(() => expect(statusOf(b).lastPullAtMicros).toBeGreaterThan(before));
    expect(statusOf(b)).toMatchObject({ state: "in-sync", connected: true });
    expect(statusOf(a).lastSuppliedAtMicros).toBe(a.clock.micros);
  });
});

describe("a partner that cannot be reached", () => {
  const waitsMs = async (): Promise<number> => {
    await eventually(() => expect(b.clock.sleepsMs).toHaveLength(1));
    return b.clock.sleepsMs[0] as number;
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
    await eventually(() => expect(b.clock.sleepsMs[0]).toBeLessThanOrEqual(REPLICA_LIMITS.retryBaseMs));
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
    await link();
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
    await eventually(() => expect(c.clock.sleepsMs).toEqual([15_000]));
    expect(await c.replica.refresh()).toMatchObject({ kind: "refreshed" });
    await becomes(c, a, "in-sync");
    await expectConverged([a, c]);
    await c.replica.close();
  });
});

describe("setPartners", () => {
  test("leaves the link of an unchanged object alone, and ends one that is not named any more", async () => {
    const c = await testNode("c");
    await refreshFrom(c, a);
    const dialled: string[] = [];
    const closed: string[] = [];
    const watched = (other: TestNode) => async (): Promise<Channel> => {
      dialled.push(other.name);
      const channel = dial(b, other);
      const close = (reason?: Error): Promise<void> => {
        closed.push(other.name);
        return channel.close(reason);
      };
      return wrapped(channel, { close });
    };
    const toA = partner(b, a, { connect: watched(a) });
    const toC = partner(b, c, { connect: watched(c) });
    b.replica.setPartners([toA, toC]);
    await becomes(b, a, "in-sync");
    await becomes(b, c, "in-sync");
    b.replica.setPartners([toA]);
    await eventually(() => expect(closed).toContain("c"));
    expect(b.replica.status().partners.map(({ origin }) => origin)).toEqual(["repl://a"]);
    expect(dialled).toEqual(["a", "c"]);
    expect(closed).not.toContain("a");
    // Another object of the same origin is another partner: its pins may have changed.
    b.replica.setPartners([{ ...toA }]);
    await eventually(() => expect(closed).toContain("a"));
    await becomes(b, a, "in-sync");
    expect(dialled).toEqual(["a", "c", "a"]);
    await c.replica.close();
  });

  test("every connection that a link opened is closed, however it ended", async () => {
    let open = 0;
    const counted = (channel: Channel): Channel => {
      let closed = false;
      open += 1;
      return wrapped(channel, {
        close: (reason) => {
          if (!closed) open -= 1;
          closed = true;
          return channel.close(reason);
        },
      });
    };
    const [silent] = channelPair();
    const fails = held(dial(b, a), ({ type }) => (type === "no-changes" ? silence() : undefined));
    const channels = [dial(b, await testNode("other")), fails, silent];
    const connect = async (): Promise<Channel> => counted(channels.shift() ?? dial(b, a));
    b.replica.setPartners([partner(b, a, { connect })]);
    await becomes(b, a, "domain-mismatch");
    b.clock.advance(15_000);
    await becomes(b, a, "unreachable");
    b.clock.advance(15_000);
    await eventually(() => expect(open).toBe(1));
    b.replica.setPartners([]);
    await eventually(() => expect(open).toBe(0));
  });

  const silence = (): Promise<void> =>
    Promise.reject(new ProtocolError("timeout", "nothing came", { blame: "network" }));

  test("a link whose connection never comes is ended all the same", async () => {
    b.replica.setPartners([partner(b, a, { connect: () => new Promise<Channel>(() => undefined) })]);
    await b.replica.close();
    b = await testNode("b", { storage: b.options.storage });
  });

  test("a partner that may only pull is never called", async () => {
    const connect = vi.fn(refused);
    b.replica.setPartners([partner(b, a, { type: "allow-pull", connect })]);
    b.replica.pullNow();
    await createEntries(b, 1);
    expect(await pullOnce(a, b)).toEqual({ kind: "applied", entries: 1 });
    expect(linkState(b, a)).toBe("supply-only");
    expect(statusOf(b).lastSuppliedAtMicros).toBe(b.clock.micros);
    expect(connect).not.toHaveBeenCalled();
    await expect(b.replica.refresh()).rejects.toMatchObject({ code: "unknown_partner" });
    await expectConverged([a, b]);
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
