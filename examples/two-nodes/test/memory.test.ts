import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cityLines } from "../src/cities.js";
import { DemoNode } from "../src/demo-node.js";
import { freePort } from "../src/free-port.js";
import { type PeakMemory, watchMemory } from "../src/memory-watch.js";
import { mebibytes } from "../src/story.js";

const SMALL = 10_000;
/**
 * Buffers are collected once some 64 MiB of them have gathered, which 10,000 entries never do; so a refresh of any size
 * may stand that much above theirs. One that kept what it read would stand above by the 250 MiB of frames, values and
 * batches that the whole data set passes through a consumer.
 */
const GROWTH_BYTES_MAX = 128 * 2 ** 20;

interface RefreshPeaks {
  readonly supplier: PeakMemory;
  readonly consumer: PeakMemory;
}

describe.runIf(process.platform === "linux")("a refresh of the real data set", () => {
  test("takes no more memory on either side than one of 10,000 entries", { timeout: 300_000 }, async () => {
    const lines = cityLines();
    const small = await refreshPeaks(lines.slice(0, SMALL));
    const whole = await refreshPeaks(lines);
    for (const side of ["supplier", "consumer"] as const) {
      report(side, SMALL, small[side]);
      report(side, lines.length, whole[side]);
      expect(whole[side].privateBytes - small[side].privateBytes).toBeLessThan(GROWTH_BYTES_MAX);
    }
  });
});

const report = (side: string, entries: number, { privateBytes, residentBytes }: PeakMemory): void => {
  const text = `${side}, ${entries} entries: at most ${mebibytes(privateBytes)} of its own, ${mebibytes(residentBytes)} resident with mapped pages`;
  process.stdout.write(`${text}\n`);
};

/** Fills one node, starts it anew so that only the refresh counts, and refreshes another one from it. */
const refreshPeaks = async (lines: readonly string[]): Promise<RefreshPeaks> => {
  const directory = await mkdtemp(join(tmpdir(), "concordat-memory-"));
  const [a, b] = [new DemoNode("A", directory, await freePort(0)), new DemoNode("B", directory, await freePort(0))];
  try {
    for (const node of [a, b]) await node.init();
    const certificates = [await a.certificateLine(), await b.certificateLine()] as const;
    await a.addPartner(b, certificates[1]);
    await b.addPartner(a, certificates[0]);
    for (const node of [a, b]) await node.start();
    expect((await a.run(["import", "-"], { stdin: `${lines.join("\n")}\n` })).exitCode).toBe(0);
    await a.stop();
    await a.start();
    const watches = [watchMemory(a.pid ?? 0), watchMemory(b.pid ?? 0)] as const;
    await b.succeed("refresh-replication-consumer");
    const [supplier, consumer] = await Promise.all(watches.map((watch) => watch.stop()));
    expect(await b.json("digest")).toEqual(await a.json("digest"));
    return { supplier, consumer } as RefreshPeaks;
  } finally {
    await Promise.all([a.stop(), b.stop()]);
    await rm(directory, { recursive: true, force: true });
  }
};
