import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { Random } from "../fuzz/random.js";
import type { LogLine } from "../testing/daemon.js";
import { eventually } from "../testing/eventually.js";
import { converge, type TestNode } from "../testing/node.js";
import { createPair } from "../testing/nodes.js";
import { TcpProxy } from "./tcp-proxy.js";
import { WriteLoad } from "./write-load.js";

const seed = Number(process.env.CONCORDAT_CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** How many connections are cut at a random byte. */
const cuts = Number(process.env.CONCORDAT_CHAOS_CUTS ?? 16);

/** An idle connection may be silent for 90 seconds, one that owes an answer for 30. */
const DEADLINE_PASSED = /was silent for 90000 ms|was not complete within 30000 ms/;
const SILENCE_MS_MAX = 120_000;

/** Two nodes in sync, each of which reaches the other through a network that a test can spoil. */
interface ProxiedPair {
  readonly pair: readonly [TestNode, TestNode];
  readonly proxies: readonly [TcpProxy, TcpProxy];
}

const opened: TcpProxy[] = [];
const loads: WriteLoad[] = [];
afterEach(async () => {
  for (const load of loads.splice(0)) await load.stop().catch(() => undefined);
  for (const proxy of opened.splice(0)) await proxy.close();
});

const proxiedPair = async (): Promise<ProxiedPair> => {
  const pair = await createPair();
  const [a, b] = pair;
  const proxies = [await TcpProxy.to(a.port), await TcpProxy.to(b.port)] as const;
  opened.push(...proxies);
  await b.addPartner(a, { origin: `repl://localhost:${proxies[0].port}` });
  await a.addPartner(b, { origin: `repl://localhost:${proxies[1].port}` });
  for (const node of pair)
    await node.editConfig((text) => text.replace(/^\[replication\]$/m, "[replication]\ntask_poll_interval = 1"));
  await Promise.all([a.start(), b.start()]);
  await b.run("refresh-replication-consumer", "--discard-local-changes");
  await b.linkIs({ origin: `repl://localhost:${proxies[0].port}` }, "in-sync");
  loads.push(new WriteLoad(a, 2), new WriteLoad(b, 2));
  return { pair, proxies };
};

const residentMiB = ({ daemon }: TestNode): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${daemon.pid}/status`, "utf8"))?.[1]) / 1_024;

const write = async (forMs: number): Promise<void> => {
  for (const load of loads) load.start();
  await sleep(forMs);
  for (const load of loads) await load.stop();
};

const expectEverythingOnBoth = async ({ pair }: ProxiedPair): Promise<void> => {
  await eventually(
    async () => (await Promise.all(pair.flatMap((node) => loads.map((load) => load.missingOn(node))))).flat(),
    (missing) => missing.length === 0,
    60_000,
  );
  await converge(...pair);
  expect(loads.reduce((sum, load) => sum + load.acknowledged, 0)).toBeGreaterThan(0);
};

describe("a network between two nodes that", () => {
  it("cuts connections at random bytes loses nothing, and each cut costs a connection or two", async () => {
    const random = new Random(seed);
    process.stdout.write(`network: ${cuts} cuts, seed ${seed}\n`);
    const setting = await proxiedPair();
    const afterBytes = (): number => (random.oneIn(2) ? random.below(4_000) : random.below(60_000));
    for (const load of loads) load.start();
    for (const proxy of setting.proxies) {
      proxy.change({ kind: "cutting", afterBytes });
      proxy.cut();
    }
    const connections = (): number => setting.proxies.reduce((sum, proxy) => sum + proxy.connections, 0);
    const before = connections();
    await eventually(connections, (count) => count - before >= cuts, 120_000);
    for (const load of loads) await load.stop();
    for (const proxy of setting.proxies) proxy.change({ kind: "fair" });
    for (const proxy of setting.proxies) proxy.cut();
    await expectEverythingOnBoth(setting);
  }, 240_000);

  it("takes connections and resets them is tried again ever less often", async () => {
    const setting = await proxiedPair();
    for (const proxy of setting.proxies) {
      proxy.change({ kind: "refusing" });
      proxy.cut();
    }
    const before = setting.proxies.map(({ connections }) => connections);
    await write(3_000);
    // After 0, 250, 500 and 1,000 ms, then every second, each at least half as long.
    setting.proxies.forEach((proxy, index) => {
      expect(proxy.connections - (before[index] ?? 0)).toBeLessThanOrEqual(10);
    });
    for (const proxy of setting.proxies) proxy.change({ kind: "fair" });
    await expectEverythingOnBoth(setting);
  }, 120_000);

  for (const kind of ["black-hole", "half-open"] as const) {
    it(`keeps connections open as a ${kind} is waited for, in bounded memory and without new ones, and goes on when it heals`, async () => {
      const setting = await proxiedPair();
      const resident = setting.pair.map(residentMiB);
      for (const proxy of setting.proxies) proxy.change({ kind });
      const before = setting.proxies.map(({ connections }) => connections);
      await write(3_000);
      setting.proxies.forEach((proxy, index) => {
        expect(proxy.connections - (before[index] ?? 0)).toBeLessThanOrEqual(1);
      });
      // What they write meanwhile waits on the disk, not in memory.
      setting.pair.forEach((node, index) => {
        expect(residentMiB(node) - (resident[index] ?? 0)).toBeLessThan(120);
      });
      for (const proxy of setting.proxies) proxy.change({ kind: "fair" });
      await expectEverythingOnBoth(setting);
    }, 120_000);
  }

  it("swallows everything for longer than any deadline is told of, tried again, and goes on when it heals", async () => {
    const setting = await proxiedPair();
    const [toA, toB] = setting.proxies;
    toA.change({ kind: "black-hole" });
    toB.change({ kind: "half-open" });
    await write(500);
    const lostTo = async ({ daemon }: TestNode, { port }: TcpProxy): Promise<void> => {
      const isLost = ({ origin, msg }: LogLine): boolean =>
        origin === `repl://localhost:${port}` && DEADLINE_PASSED.test(String(msg));
      expect(await daemon.logged("partner_failed", isLost, SILENCE_MS_MAX)).toMatchObject({ state: "unreachable" });
    };
    const [a, b] = setting.pair;
    await Promise.all([lostTo(a, toB), lostTo(b, toA)]);
    for (const proxy of setting.proxies) proxy.change({ kind: "fair" });
    await expectEverythingOnBoth(setting);
  }, 240_000);

  it("is slow and late only takes longer", async () => {
    const setting = await proxiedPair();
    for (const proxy of setting.proxies) proxy.change({ kind: "slow", delayMs: 40, bytesPerSecond: 64 * 1024 });
    const before = setting.proxies.map(({ connections }) => connections);
    await write(500);
    await expectEverythingOnBoth(setting);
    expect(setting.proxies.map(({ connections }) => connections)).toEqual(before);
  }, 240_000);
});
