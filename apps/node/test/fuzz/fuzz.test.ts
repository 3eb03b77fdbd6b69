import { expect, it } from "vitest";
import { openBackupTarget } from "./backup-targets.js";
import { CERTIFICATE_TARGETS } from "./certificate-targets.js";
import { CONFIG_TARGETS } from "./config-targets.js";
import { openRequestTargets } from "./request-targets.js";
import { type FuzzFigures, RESIDENT_BYTES_MAX, runFuzz } from "./run-fuzz.js";
import { TEXT_TARGETS } from "./text-targets.js";
import { WIRE_TARGETS } from "./wire-targets.js";

const environment = process.env;
const seed = Number(environment.CONCORDAT_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const cases = Number(environment.CONCORDAT_FUZZ_CASES ?? 200_000);
const first = Number(environment.CONCORDAT_FUZZ_FIRST ?? 0);

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A table for people: how many cases each reader had, how many it accepted, and its slowest. */
const table = (figures: readonly FuzzFigures[]): string =>
  figures
    .map(({ name, cases: count, accepted, slowestMs, totalMs }) =>
      [
        name.padEnd(34),
        String(count).padStart(9),
        String(accepted).padStart(9),
        slowestMs.toFixed(1).padStart(7),
        ((totalMs * 1_000) / Math.max(count, 1)).toFixed(1).padStart(9),
      ].join(" "),
    )
    .join("\n");

it("whatever strangers write is read, or refused with a reason: no crash, no hang, no memory, no trace", {
  timeout: 6 * 3_600_000,
}, async () => {
  const opened = [...(await openRequestTargets()), await openBackupTarget()];
  say(`fuzz: ${cases} cases from ${first} on, seed ${seed}`);
  const targets = [...WIRE_TARGETS, ...CERTIFICATE_TARGETS, ...CONFIG_TARGETS, ...TEXT_TARGETS, ...opened];
  const startedAtMs = performance.now();
  const onProgress = (done: number): void => say(`fuzz: ${done} cases, ${process.memoryUsage.rss() >> 20} MiB`);
  const figures = await runFuzz(targets, { seed, cases, first, onProgress });
  say(`${"reader".padEnd(34)}     cases  accepted  slowest ms   mean µs\n${table(figures)}`);
  say(`fuzz: done in ${Math.round((performance.now() - startedAtMs) / 1_000)} s, seed ${seed}`);
  if (cases < 200_000) return;
  // A generator that writes nothing but rubbish tests nothing.
  for (const { name, accepted, cases: count } of figures) {
    expect(accepted, `${name}: accepted`).toBeGreaterThan(0);
    expect(count - accepted, `${name}: refused`).toBeGreaterThan(0);
  }
  expect(process.memoryUsage.rss()).toBeLessThan(RESIDENT_BYTES_MAX);
});
