import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { TestNode } from "./testing/node.js";
import { createNode } from "./testing/nodes.js";

const lines = (count: number): string =>
  Array.from({ length: count }, (_, index) => `{"attributes":{"title":"entry ${index}"}}\n`).join("");

const startedWith = async (entries: number): Promise<TestNode> => {
  const node = await createNode();
  await node.start();
  expect((await node.runWith(lines(entries), "import", "-")).exitCode).toBe(0);
  return node;
};

describe("concordat backup", () => {
  it("writes a file for its owner alone, and never over another unless told to", async () => {
    const node = await startedWith(50);
    const file = join(node.directory, "a.backup");
    const { exitCode, stdout, stderr } = await node.run("backup", file);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(stderr).toMatch(/backed up 50 entries \(.*\) to .*a\.backup, digest [0-9a-f]{64}/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    await writeFile(file, "precious");
    const refused = await node.run("backup", file);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("--force");
    expect(refused.stderr).toContain("docs/errors/file_exists.md");
    expect(await readFile(file, "utf8")).toBe("precious");
    expect(await node.json("backup", "--force", file)).toMatchObject({ file, totals: { liveEntries: 50 } });
    expect((await readdir(node.directory)).filter((name) => name.startsWith(".a.backup"))).toEqual([]);
  });

  it("writes the same to stdout, and works while the daemon does not run", async () => {
    const node = await startedWith(50);
    await node.stop();
    const { exitCode, stdout } = await node.run("backup", "-");
    expect(exitCode).toBe(0);
    expect(stdout.startsWith("concordat-backup\n")).toBe(true);
    expect(await node.json("backup", "stopped.backup")).toMatchObject({ totals: { liveEntries: 50 } });
  });

  it("says what is wrong when there is nothing to back up, or nowhere to write", async () => {
    const node = await createNode();
    const nothing = await node.run("backup", "x.backup");
    expect(nothing.exitCode).toBe(1);
    expect(nothing.stderr).toContain("no database");
    await node.start();
    const nowhere = await node.run("backup", "no/such/place.backup");
    expect(nowhere.exitCode).toBe(1);
    expect(nowhere.stderr).toContain("ENOENT");
    expect((await readdir(node.directory)).filter((name) => name.includes("backup"))).toEqual([]);
  });
});
