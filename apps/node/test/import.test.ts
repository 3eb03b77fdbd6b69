import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { startCommand } from "./testing/command.js";
import { eventually } from "./testing/eventually.js";
import type { TestNode } from "./testing/node.js";
import { createNode } from "./testing/nodes.js";

const LINES = 20_000;

let node: TestNode;

const linesOf = (count: number): string =>
  Array.from({ length: count }, (_, index) => `{"attributes":{"index":${index}}}\n`).join("");

beforeEach(async () => {
  node = await createNode();
  await node.start();
  await writeFile(join(node.directory, "data.ndjson"), linesOf(LINES));
});

const entries = async (): Promise<number> => (await node.status()).totals.liveEntries;

const isUnderWay = async (): Promise<void> => {
  await eventually(entries, (count) => count >= 2_000);
};

/** Runs the import again: it goes on, and each line is there once. */
const goesOn = async (): Promise<void> => {
  const { exitCode, stderr } = await node.run("import", "data.ndjson");
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(stderr).toContain("going on behind line");
  const { stdout } = await node.run("export");
  const indexes = stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { attributes: { index: number } }).attributes.index);
  expect(indexes.sort((a, b) => a - b)).toEqual(Array.from({ length: LINES }, (_, index) => index));
  expect((await readdir(node.directory)).filter((name) => name.includes("data.ndjson"))).toEqual(["data.ndjson"]);
};

describe("an import that was cut goes on where it stopped, without duplicates", () => {
  it("by Ctrl-C", async () => {
    const command = startCommand(["import", "data.ndjson"], node.directory);
    await isUnderWay();
    command.interrupt();
    const { exitCode, stderr } = await command.exited;
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/cancelled: imported [\d,]+ entries\n {2}run it again: it goes on at line [\d,]+/);
    expect(await entries()).toBeLessThan(LINES);
    await goesOn();
  });

  it("by kill -9", async () => {
    const command = startCommand(["import", "data.ndjson"], node.directory);
    await isUnderWay();
    command.kill();
    await command.exited;
    const path = join(node.directory, "data.ndjson.import");
    const journal = JSON.parse(await readFile(path, "utf8")) as { line: number };
    expect(journal.line).toBeLessThan(LINES);
    const { exitCode, stderr } = await node.run("import", "data.ndjson");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(await entries()).toBe(LINES);
  });

  it("by the daemon's end", async () => {
    const command = startCommand(["import", "data.ndjson"], node.directory);
    await isUnderWay();
    await node.stop("SIGKILL");
    expect((await command.exited).exitCode).not.toBe(0);
    await node.start();
    await goesOn();
  });

  it("unless the file is another one by then: it says so, and begins anew when told to", async () => {
    await writeFile(join(node.directory, "data.ndjson"), `${linesOf(600)}{oops\n`);
    expect((await node.run("import", "data.ndjson")).exitCode).toBe(1);
    await writeFile(join(node.directory, "data.ndjson"), '{"attributes":{"index":-1}}\n');
    const refused = await node.run("import", "data.ndjson");
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("the file has changed");
    expect(refused.stderr).toContain("--restart");
    expect((await node.run("import", "--restart", "data.ndjson")).exitCode).toBe(0);
    expect(await entries()).toBe(601);
  });
});

it("says that it did not import what nobody here can write: attributes of a program's own merge kinds", async () => {
  const line = '{"attributes":{"title":"x"},"unread":{"scores":{"merge":"example.com/best","versions":[{"ada":9}]}}}\n';
  await writeFile(join(node.directory, "unread.ndjson"), line);
  const { exitCode, stderr } = await node.run("import", "unread.ndjson");
  expect(exitCode).toBe(0);
  expect(stderr).toContain('1 entry had attributes of merge kinds that are not known here ("unread")');
  expect((await node.run("export")).stdout).toContain('"attributes":{"title":"x"}');
});
