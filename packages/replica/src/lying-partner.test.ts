import { type EntryState, type ServerUuid, type Uuid, writtenRegister } from "@concordat/crdt";
import {
  type Begin,
  channelPair,
  DEFAULT_LIMITS,
  encodeEntry,
  encodeValue,
  exchangeHello,
  openConversation,
  ruvDigest,
  type WireRuvRow,
} from "@concordat/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type PartnerOptions, systemHash } from "./index.js";
import { REPLICA_LIMITS } from "./replica-limits.js";
import { settled } from "./testing/event-loop.js";
import { eventually, statusOf } from "./testing/links.js";
import {
  claimOf,
  dialLiar,
  dialScript,
  honestBegin,
  honestHello,
  LIAR,
  LIAR_ORIGIN,
  type Lie,
  lyingChange,
  madeUpEntry,
} from "./testing/lying-partner.js";
import {
  closeAll,
  createEntries,
  expectConverged,
  expectSound,
  heal,
  partner,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";

const OTHER = "33333333-3333-4333-8333-333333333333" as ServerUuid;
const YEAR_MICROS = 365 * 86_400_000_000;

/** The node that is lied to, and an honest partner of it. */
let victim: TestNode;
let honest: TestNode;

beforeEach(async () => {
  victim = await testNode("victim");
  honest = await testNode("honest");
  await createEntries(honest, 3);
  await refreshFrom(victim, honest);
  await createEntries(victim, 1, "of the victim");
  await heal([victim, honest]);
});

afterEach(async () => {
  // Whatever the liar said, the node goes on with its honest partner, and is sound.
  await createEntries(honest, 2, "later");
  await createEntries(victim, 1, "later");
  await heal([victim, honest]);
  await expectConverged([victim, honest]);
  await closeAll([victim, honest]);
});

const liar = (lie: Lie | (() => Lie), options: Partial<PartnerOptions> = {}): PartnerOptions => ({
  origin: LIAR_ORIGIN,
  type: "mutual-pull",
  connect: async () => dialLiar(victim, typeof lie === "function" ? lie() : lie),
  automaticRefresh: false,
  ...options,
});

const seenOf = (server: ServerUuid): number => victim.replica.ruv().get(server)?.seen ?? 0;

/** A lie that shows: what it is, as the victim makes it up at that moment, and the error that it causes. */
interface Detected {
  readonly name: string;
  readonly code: string;
  readonly lie: () => Lie;
}

const withRow = (row: WireRuvRow, more: Partial<Begin> = {}): Lie => ({
  begin: {
    rows: [claimOf(LIAR, victim.clock.micros), row],
    servers: [LIAR, victim.replica.serverUuid, OTHER],
    ...more,
  },
});

const detected: readonly Detected[] = [
  {
    name: "a change of the future",
    code: "clock_skew",
    lie: () => ({ states: [madeUpEntry(lyingChange(victim, YEAR_MICROS))] }),
  },
  {
    name: "a claim of the future, with nothing sent",
    code: "clock_skew",
    lie: () => ({ ...withRow(claimOf(OTHER, victim.clock.micros + YEAR_MICROS)), states: [] }),
  },
  {
    name: "the last time that there is",
    code: "clock_skew",
    lie: () => withRow(claimOf(OTHER, Number.MAX_SAFE_INTEGER)),
  },
  {
    name: "purged beyond what it has seen",
    code: "false_claim",
    lie: () => withRow(claimOf(OTHER, 1_000, { purged: victim.clock.micros })),
  },
  {
    name: "purged up to the last time that there is",
    code: "false_claim",
    lie: () => withRow(claimOf(OTHER, 1_000, { purged: Number.MAX_SAFE_INTEGER })),
  },
  {
    name: "a commit later than what it has seen",
    code: "false_claim",
    lie: () => withRow(claimOf(OTHER, 1_000, { lineage: { at: 1_001, hash: 1n } })),
  },
  {
    name: "a server that the table does not have",
    code: "shape",
    lie: () => ({ begin: { servers: [] }, states: [madeUpEntry({ ts: 5, server: LIAR })] }),
  },
  {
    name: "servers without end",
    code: "false_claim",
    lie: () => ({ begin: { servers: strangers(DEFAULT_LIMITS.serversMax) } }),
  },
  {
    name: "rows of servers without end",
    code: "false_claim",
    lie: () => ({ begin: { rows: strangers(DEFAULT_LIMITS.serversMax).map((server) => claimOf(server, 9)) } }),
  },
  {
    name: "another domain than it said hello with",
    code: "false_claim",
    lie: () => ({ begin: { domainUuid: OTHER as string as Begin["domainUuid"] } }),
  },
  {
    name: "a conflict entry where none of its kind could stand",
    code: "false_claim",
    lie: () => ({ states: [madeUpEntry(lyingChange(victim), { conflictOf: OTHER as string as Uuid })] }),
  },
  {
    name: "a tombstone that stands for a conflict at a place of its own choosing",
    code: "false_claim",
    lie: () => ({ states: [madeUpTombstone({ conflictOf: OTHER as string as Uuid })] }),
  },
  { name: "a wrong count", code: "stream_digest", lie: () => ({ end: { count: 2 } }) },
  { name: "a wrong digest", code: "stream_digest", lie: () => ({ end: { digest: new Uint8Array(32) } }) },
  {
    name: "the cursor of another server",
    code: "shape",
    lie: () => ({ end: { cursor: { server: honest.replica.serverUuid, sequence: 9, commit: new Uint8Array(8) } } }),
  },
  {
    name: "an end before the head",
    code: "stream_digest",
    lie: () => ({ end: { cursor: { server: LIAR, sequence: 8, commit: new Uint8Array(8) } } }),
  },
];

const strangers = (count: number): ServerUuid[] =>
  Array.from({ length: count }, (_, index) => {
    const tail = (index + 1).toString(16).padStart(12, "0");
    return (index === 0 ? LIAR : `44444444-4444-4444-8444-${tail}`) as ServerUuid;
  });

const madeUpTombstone = (change: Partial<EntryState>): EntryState => {
  const deletion = writtenRegister(undefined, lyingChange(victim), undefined);
  return {
    ...madeUpEntry(lyingChange(victim, -2_000)),
    kind: "tombstone",
    deletion,
    attributes: new Map(),
    ...change,
  } as EntryState;
};

describe("a pull from a partner that lies, with", () => {
  for (const { name, code, lie } of detected) {
    test(`${name}: status names it, and nothing is applied`, async () => {
      const before = { ruv: victim.replica.ruv(), digest: await victim.replica.digest() };
      victim.replica.setPartners([liar(lie())]);
      await eventually(() => expect(statusOf(victim).failures).toBeGreaterThan(0));
      expect(statusOf(victim)).toMatchObject({ remedy: expect.any(String), entriesApplied: 0 });
      expect(["protocol-error", "clock-skew"]).toContain(statusOf(victim).state);
      victim.replica.setPartners([]);
      await expect(victim.replica.pullFrom(dialLiar(victim, lie()))).rejects.toMatchObject({ code });
      expect({ ruv: victim.replica.ruv(), digest: await victim.replica.digest() }).toEqual(before);
      await expectSound([victim]);
    });
  }

  test("a stream of another kind: nothing is applied", async () => {
    const lie: Lie = { begin: { kind: "refresh" } };
    await expect(victim.replica.pullFrom(dialLiar(victim, lie))).rejects.toMatchObject({ code: "false_claim" });
  });
});

describe("a refresh from a partner that lies, with", () => {
  for (const { name, code, lie } of detected) {
    test(`${name}: the content stays as it was`, async () => {
      const before = { domain: victim.replica.domainUuid, digest: await victim.replica.digest() };
      victim.replica.setPartners([liar(lie(), { connect: laterThanFirst(() => dialLiar(victim, lie())) })]);
      const refreshing = victim.replica.refresh({ from: LIAR_ORIGIN, discardLocalChanges: true });
      await expect(refreshing).rejects.toMatchObject({ code });
      victim.replica.setPartners([]);
      expect({ domain: victim.replica.domainUuid, digest: await victim.replica.digest() }).toEqual(before);
      await expectSound([victim]);
    });
  }
});

/** The link's own first connection comes to nothing: the refresh is to meet the liar. */
const laterThanFirst = (dial: () => ReturnType<typeof dialLiar>): PartnerOptions["connect"] => {
  let calls = 0;
  return async () => {
    calls += 1;
    return calls === 1 ? new Promise<never>(() => undefined) : dial();
  };
};

describe("changes in this node's own name", () => {
  // The price of believing: whoever has changes of the uuid that was given up may lack those that the liar speaks of.
  afterEach(async () => {
    if (victim.replica.serverUuid === uuidBefore) return;
    expect(await pullOnce(honest, victim)).toMatchObject({ kind: "refresh-required" });
    await refreshFrom(honest, victim, { discardLocalChanges: true });
  });
  let uuidBefore: ServerUuid;
  beforeEach(() => {
    uuidBefore = victim.replica.serverUuid;
  });

  const forged = (): Lie => {
    const server = victim.replica.serverUuid;
    return { states: [madeUpEntry({ ts: seenOf(server) + 1_000, server })] };
  };
  const pullForged = (lie: Lie = forged()) =>
    victim.replica.pullFrom(dialLiar(victim, lie), { connect: async () => dialLiar(victim, lie) });

  test("are not applied: the node takes another server uuid, and nobody can write under that one", async () => {
    const former = victim.replica.serverUuid;
    const outcome = await pullForged();
    expect(outcome).toMatchObject({ kind: "forked", evidence: { kind: "other-history", server: former } });
    expect(victim.replica.serverUuid).not.toBe(former);
    expect(await victim.replica.get("22222222-2222-4222-8222-222222222222" as Uuid)).toBeUndefined();
    await expectSound([victim]);
  });

  test("under each uuid that the node takes are believed a few times and no more; status says so", async () => {
    let connections = 0;
    const dialled = (): ReturnType<typeof dialLiar> => {
      connections += 1;
      return dialLiar(victim, forged());
    };
    victim.replica.setPartners([liar({}, { connect: async () => dialled() })]);
    const waits = (): boolean => victim.clock.sleepsMs.includes(15_000);
    await eventually(() => expect(waits()).toBe(true));
    expect(statusOf(victim)).toMatchObject({ state: "duplicate-server-uuid", entriesApplied: 0 });
    expect(statusOf(victim).remedy).toContain("what it says is not true");
    const uuid = victim.replica.serverUuid;
    // Each heal compares the histories over a connection of its own.
    const bound = 2 * (REPLICA_LIMITS.forksHealedPerPartnerMax + 1);
    expect(connections).toBeLessThanOrEqual(bound);
    victim.clock.advance(15_000);
    await eventually(() => expect(waits()).toBe(true));
    expect(victim.replica.serverUuid).toBe(uuid);
    victim.replica.setPartners([]);
  });

  test("a claim of changes that this node never made is no reason to take uuids without end", async () => {
    const uuids = new Set<ServerUuid>();
    for (let time = 0; time < 8; time += 1) {
      const server = victim.replica.serverUuid;
      uuids.add(server);
      const row = claimOf(server, seenOf(server) + 5);
      const outcome = await pullForged({ begin: { rows: [row] }, states: [] });
      expect(outcome.kind).toBe("forked");
    }
    expect(uuids.size).toBe(REPLICA_LIMITS.forksHealedPerPartnerMax + 1);
  });

  test("while the histories are compared with a partner that never comes to an end, writes go on", async () => {
    const endless = dialScript(victim, undefined, async (_request, conversation) => {
      await conversation.send({ ...honestBegin(victim), head: Number.MAX_SAFE_INTEGER });
      for (let sequence = 1; ; sequence += 1) {
        const cursor = { server: LIAR, sequence, commit: new Uint8Array(8) };
        await conversation.send({ type: "chunk", cursor, records: [] });
        await settled();
      }
    });
    const pulling = victim.replica.pullFrom(dialLiar(victim, forged()), { connect: async () => endless });
    await createEntries(victim, 2, "meanwhile");
    await createEntries(victim, 2, "meanwhile");
    await endless.close();
    expect(await pulling).toMatchObject({ kind: "forked" });
  });
});

describe("what a partner says of others", () => {
  test("that it has seen less than this node lowers nothing", async () => {
    const before = seenOf(honest.replica.serverUuid);
    await victim.replica.pullFrom(dialLiar(victim, withRow(claimOf(honest.replica.serverUuid, 1))));
    expect(seenOf(honest.replica.serverUuid)).toBe(before);
  });

  test("that it has purged everything brings nothing back to life: who lags is told so", async () => {
    const [doomed] = await createEntries(victim, 1, "doomed");
    await heal([victim, honest]);
    await victim.replica.delete(doomed as Uuid);
    const server = victim.replica.serverUuid;
    const { lineage, seen } = victim.replica.ruv().get(server) ?? { seen: 0, lineage: { at: 0, hash: 0n } };
    await victim.replica.pullFrom(dialLiar(victim, withRow({ server, seen, purged: seen, lineage })));
    expect(victim.replica.status().totals.tombstones).toBe(0);
    expect(await pullOnce(honest, victim)).toMatchObject({ kind: "refresh-required" });
    expect(await pullOnce(victim, honest)).toMatchObject({ kind: "unwilling", reason: "supplier-lags" });
    await refreshFrom(honest, victim, { discardLocalChanges: true });
    expect(await honest.replica.get(doomed as Uuid)).toBeUndefined();
  });

  test("claimed and not sent cannot be told from the truth: it is not asked for again, and what is there stays", async () => {
    const before = await victim.replica.digest();
    const lie = withRow(claimOf(OTHER, victim.clock.micros - 1));
    await victim.replica.pullFrom(dialLiar(victim, { ...lie, states: [] }));
    expect(seenOf(OTHER)).toBe(victim.clock.micros - 1);
    expect((await victim.replica.digest()).sha256).toEqual(before.sha256);
  });

  test("estimates beyond all measure are shown, and cost nothing", async () => {
    const estimate = { entries: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER };
    const outcome = await victim.replica.pullFrom(dialLiar(victim, { begin: { estimate } }));
    expect(outcome).toEqual({ kind: "applied", entries: 1 });
  });
});

describe("a partner that never comes to an end", () => {
  test("is followed in bounded memory while others are served, and ends with the link", async () => {
    let sent = 0;
    const record = (sequence: number): Uint8Array => {
      const uuid = `55555555-5555-4555-8555-${sequence.toString(16).padStart(12, "0")}` as Uuid;
      return encodeEntry(madeUpEntry(lyingChange(victim), { uuid }), () => 0);
    };
    const endless = (): ReturnType<typeof dialScript> =>
      dialScript(victim, undefined, async (_request, conversation) => {
        await conversation.send({ ...honestBegin(victim), head: Number.MAX_SAFE_INTEGER });
        for (let sequence = 1; ; sequence += 1) {
          const cursor = { server: LIAR, sequence, commit: new Uint8Array(8) };
          await conversation.send({ type: "chunk", cursor, records: [record(sequence)] });
          sent += 1;
          await settled();
        }
      });
    victim.replica.setPartners([liar({}, { connect: async () => endless() }), partner(victim, honest)]);
    await eventually(() => expect(sent).toBeGreaterThan(300));
    const [made] = await createEntries(honest, 1, "honest");
    await eventually(async () => expect(await victim.replica.get(made as Uuid)).toBeDefined());
    const liarStatus = victim.replica.status().partners.find(({ origin }) => origin === LIAR_ORIGIN);
    expect(liarStatus).toMatchObject({ state: "catching-up" });
    expect(seenOf(LIAR)).toBe(0);
    // What was received and is not applied yet is a few chunks, whatever was sent.
    const stored = victim.replica.status().totals.liveEntries;
    expect(sent - stored).toBeLessThan(4 * REPLICA_LIMITS.chunksAppliedMax);
    victim.replica.setPartners([]);
    await settled();
    const after = sent;
    await settled();
    expect(sent - after).toBeLessThan(8);
  });

  test("speaks of changes without end and has none: it is asked less and less often", async () => {
    let pulls = 0;
    const lie = (): Lie => {
      pulls += 1;
      return { reply: { type: "no-changes" } };
    };
    victim.replica.setPartners([{ ...liar({}), connect: async () => dialLiar(victim, lie) }]);
    await eventually(() => expect(victim.clock.sleepsMs.some((ms) => ms <= REPLICA_LIMITS.retryBaseMs)).toBe(true));
    // The lie is asked for its hello, once.
    expect(pulls).toBeLessThanOrEqual(REPLICA_LIMITS.hollowChangesMax + 3);
    const before = pulls;
    victim.clock.advance(REPLICA_LIMITS.retryBaseMs);
    await eventually(() => expect(pulls).toBe(before + 1));
    victim.replica.setPartners([]);
  });
});

describe("a partner that asks, and lies", () => {
  test("a vector that grows with each request is refused before it is larger than a vector may be", async () => {
    const [near, far] = channelPair({ partners: ["repl://victim", LIAR_ORIGIN] });
    const serving = victim.replica.accept(far);
    const conversation = openConversation(near, { role: "consumer", limits: DEFAULT_LIMITS });
    await exchangeHello(conversation, honestHello(victim));
    const all = strangers(2 * DEFAULT_LIMITS.serversMax).map((server) => claimOf(server, 9));
    const ask = async (until: number): Promise<unknown> => {
      const rows = all.slice(until - 600, until);
      const frozenDigest = until === 600 ? undefined : ruvDigest(all.slice(0, until), sha256);
      const { domainUuid } = victim.replica;
      await conversation.send({ type: "incremental", domainUuid, cursor: undefined, rows, frozenDigest });
      return conversation.receive();
    };
    expect(await ask(600)).toMatchObject({ type: "unwilling" });
    await expect(ask(1_200)).rejects.toMatchObject({
      code: "peer_error",
      message: expect.stringContaining("1200 rows"),
    });
    await serving;
  });
});

const sha256 = (bytes: Uint8Array): Uint8Array => {
  const hash = systemHash();
  hash.update(bytes);
  return hash.digest();
};

test("a value too much for one change id is told with the server that it names, and nothing is applied", async () => {
  const change = lyingChange(victim);
  await victim.replica.pullFrom(dialLiar(victim, { states: [madeUpEntry(change)] }));
  const twice = madeUpEntry(change, {
    attributes: new Map([["title", { register: writtenRegister(undefined, change, encodeValue("otherwise")) }]]),
  });
  victim.replica.setPartners([liar({ states: [twice] })]);
  await eventually(() => expect(statusOf(victim).state).toBe("duplicate-server-uuid"));
  expect(statusOf(victim).remedy).toContain(LIAR);
  victim.replica.setPartners([]);
});
