import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { Random } from "../fuzz/random.js";
import { eventually } from "../testing/eventually.js";
import { fetchOnce } from "../testing/http.js";
import { converge, type TestNode } from "../testing/node.js";
import { createPair } from "../testing/nodes.js";
import { WriteLoad } from "./write-load.js";

const seed = Number(process.env.CONCORDAT_CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31));
const cycles = Number(process.env.CONCORDAT_CHAOS_CYCLES ?? 12);
const CLIENTS = 4;
/** The nodes are left alone, compared and verified after so many. */
const CYCLES_BETWEEN_CALMS = 6;

const loads: WriteLoad[] = [];
afterEach(async () => {
  for (const load of loads.splice(0)) await load.stop().catch(() => undefined);
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);

it("kill -9 at random moments under load: nothing acknowledged is lost, every store is sound, the pair converges", {
  timeout: 8 * 3_600_000,
}, async () => {
  const random = new Random(seed);
  say(`chaos: ${cycles} cycles, seed ${seed}`);
  const pair = await createPair();
  const [a, b] = pair;
  await b.addPartner(a);
  await a.addPartner(b);
  await Promise.all([a.start(), b.start()]);
  await b.run("refresh-replication-consumer", "--discard-local-changes");
  await b.linkIs(a, "in-sync");
  loads.push(new WriteLoad(a, CLIENTS), new WriteLoad(b, CLIENTS));
  const figures = { kills: 0, whileStarting: 0, slowestStartMs: 0 };
  const startedAtMs = performance.now();
  for (let cycle = 1; cycle <= cycles; cycle += 1) {
    const again = `cycle ${cycle} of CONCORDAT_CHAOS_SEED=${seed}`;
    for (const load of loads) load.start();
    const victims = random.oneIn(6) ? pair : [random.pick(pair)];
    // Mostly while they write; sometimes before they have come up again.
    const moments = random.oneIn(5) ? [random.below(400), random.below(900)] : [random.below(400)];
    for (const [index, afterMs] of moments.entries()) {
      await sleep(afterMs);
      figures.kills += victims.length;
      figures.whileStarting += index > 0 ? victims.length : 0;
      await Promise.all(victims.map((node) => node.stop("SIGKILL")));
      if (index < moments.length - 1) for (const node of victims) void node.start().catch(() => undefined);
    }
    const beganAtMs = performance.now();
    await Promise.all(victims.map((node) => node.start()));
    figures.slowestStartMs = Math.max(figures.slowestStartMs, performance.now() - beganAtMs);
    for (const load of loads) await load.stop();
    for (const load of loads)
      if (victims.includes(load.node)) expect(await load.missingOn(load.node), again).toEqual([]);
    for (const node of victims) expect(await problemsOf(node), again).toEqual([]);
    if (cycle % CYCLES_BETWEEN_CALMS !== 0 && cycle !== cycles) continue;
    await calm(pair, again);
    const acknowledged = loads.reduce((sum, load) => sum + load.acknowledged, 0);
    const minutes = ((performance.now() - startedAtMs) / 60_000).toFixed(1);
    say(
      `chaos: ${cycle} cycles, ${figures.kills} kills (${figures.whileStarting} while starting), ${acknowledged} writes acknowledged, ` +
        `none lost; slowest start ${Math.round(figures.slowestStartMs)} ms; ${minutes} min`,
    );
  }
  // Once more, and everything that was ever created.
  for (const node of pair)
    for (const load of loads) expect(await load.missingOn(node, "all"), `at the end, seed ${seed}`).toEqual([]);
});

/** Both hold the same, all of what either has acknowledged, and are sound. */
const calm = async (pair: readonly [TestNode, TestNode], again: string): Promise<void> => {
  await eventually(
    async () => {
      const missing = await Promise.all(pair.flatMap((node) => loads.map((load) => load.missingOn(node))));
      return missing.flat();
    },
    (missing) => missing.length === 0,
    60_000,
  ).catch((error: unknown) => {
    throw new Error(`${again}: ${String(error)}`);
  });
  await converge(...pair);
};

const problemsOf = async ({ socketPath }: TestNode): Promise<unknown> => {
  const { body } = await fetchOnce({ socketPath, method: "POST", path: "/v1/admin/verify" });
  return (JSON.parse(body) as { readonly problems: readonly string[] }).problems;
};
