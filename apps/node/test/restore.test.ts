import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { startCommand } from "./testing/command.js";
import { eventually } from "./testing/eventually.js";
import { converge, type TestNode } from "./testing/node.js";
import { createNode, createPair } from "./testing/nodes.js";
import { WriteLoad } from "./testing/write-load.js";

const lines = (count: number, text: string): string =>
  Array.from({ length: count }, (_, index) => `{"attributes":{"title":"${text} ${index}"}}\n`).join("");

const load = async (node: TestNode, count: number, text = "entry"): Promise<void> => {
  expect((await node.runWith(lines(count, text), "import", "-")).exitCode).toBe(0);
};

const startedPair = async (entries: number): Promise<[TestNode, TestNode]> => {
  const [a, b] = await createPair();
  await a.addPartner(b);
  await b.addPartner(a);
  await Promise.all([a.start(), b.start()]);
  await load(a, entries);
  expect((await b.run("refresh-replication-consumer", "--discard-local-changes")).exitCode).toBe(0);
  await eventually(
    () => Promise.all([a.digest(), b.digest()]),
    ([left, right]) => left === right,
  );
  return [a, b];
};

const databases = async (node: TestNode): Promise<string[]> =>
  (await readdir(join(node.directory, "data"))).filter((name) => name.endsWith(".mdb")).sort();

describe("concordat restore", () => {
  it("under write load: no write is held for a second, none is refused, and none is lost", async () => {
    const [a, b] = await startedPair(3_000);
    const uninvolved = await createNode();
    await uninvolved.start();
    const writes = new WriteLoad(a);
    const control = new WriteLoad(uninvolved);
    await eventually(
      () => writes.acknowledged.length,
      (count) => count > 20,
    );
    const file = join(a.directory, "a.backup");
    expect((await a.run("backup", file)).exitCode).toBe(0);
    await eventually(
      () => writes.acknowledged.length,
      (count) => count > 100,
    );
    const serverBefore = (await a.status()).serverUuid;
    const { kind, discarded } = await a.json<{ kind: string; discarded: number }>(
      "restore",
      file,
      "--discard-local-changes",
    );
    expect(kind).toBe("restored");
    expect(discarded).toBeGreaterThan(0);
    const seen = writes.acknowledged.length;
    await eventually(
      () => writes.acknowledged.length,
      (count) => count > seen + 20,
    );
    for (const load of [writes, control]) await load.stop();
    expect(writes.refused).toEqual([]);
    expect(writes.longestHoldMs(control)).toBeLessThan(1_000);
    expect((await a.status()).serverUuid).not.toBe(serverBefore);
    expect(await databases(a)).toHaveLength(2);

    await converge(a, b);
    const { path } = await a.daemon.logged("discarded_exported");
    const kept = await readFile(String(path), "utf8");
    const present = await a.export();
    for (const uuid of writes.acknowledged) expect(present.includes(uuid) || kept.includes(uuid), uuid).toBe(true);
  });

  it("of a backup that was made under load gives a sound node, which converges with its partner", async () => {
    const [a, b] = await startedPair(1_000);
    const writes = new WriteLoad(a);
    await eventually(
      () => writes.acknowledged.length,
      (count) => count > 20,
    );
    const file = join(a.directory, "a.backup");
    expect((await a.run("backup", file)).exitCode).toBe(0);
    await writes.stop();
    await b.put({ title: "later, on B" });
    await a.stop();
    const { exitCode, stderr } = await a.run("restore", file, "--discard-local-changes");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    await a.start();
    await converge(a, b);
    expect(await a.export()).toContain("later, on B");
  });

  it("without a terminal asks nobody, and keeps what it replaces, running or stopped", async () => {
    const node = await createNode();
    await node.start();
    await load(node, 10);
    const file = join(node.directory, "a.backup");
    expect((await node.run("backup", file)).exitCode).toBe(0);
    const before = await node.digest();
    const keptIn = async (): Promise<string> => {
      const names = await readdir(join(node.directory, "data"));
      const files = names.filter((name) => name.startsWith("discarded-"));
      return (await Promise.all(files.map((name) => readFile(join(node.directory, "data", name), "utf8")))).join("");
    };

    const late = await node.put({ title: "late" });
    expect(await node.json("restore", file)).toMatchObject({ kind: "restored", discarded: 1 });
    expect(await node.digest()).toBe(before);
    expect(await databases(node)).toHaveLength(2);
    await eventually(keptIn, (text) => text.includes(late));

    const later = await node.put({ title: "later" });
    await node.stop();
    const { exitCode, stderr } = await node.run("restore", file);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain("1 entry had changed since");
    expect(await keptIn()).toContain(later);
    await node.start();
    expect(await node.digest()).toBe(before);
  });

  it("refuses what was cut off or changed, with nothing touched, running or stopped", async () => {
    const node = await createNode();
    await node.start();
    await load(node, 1_000);
    const file = join(node.directory, "a.backup");
    expect((await node.run("backup", file)).exitCode).toBe(0);
    const whole = await readFile(file);
    const before = [await node.digest(), await databases(node)];
    const flipped = Buffer.from(whole);
    flipped[whole.length >> 1] = (flipped[whole.length >> 1] as number) ^ 4;
    const damaged = [flipped, whole.subarray(0, whole.length - 1), Buffer.from("something else")];
    const refuse = async (): Promise<void> => {
      for (const bytes of damaged) {
        await writeFile(file, bytes);
        const { exitCode, stderr } = await node.run("restore", file, "--discard-local-changes");
        expect(exitCode).toBe(1);
        expect(stderr).toContain("no whole backup");
      }
    };
    await refuse();
    expect([await node.digest(), await databases(node)]).toEqual(before);
    await node.stop();
    await refuse();
    await node.start();
    expect([await node.digest(), await databases(node)]).toEqual(before);
    expect((await node.run("restore", "not-there")).exitCode).toBe(2);
  });

  it("restores into an empty directory", async () => {
    const [a, b] = await createPair();
    await a.start();
    await load(a, 100);
    const file = join(a.directory, "a.backup");
    expect((await a.run("backup", file)).exitCode).toBe(0);
    const digest = await a.digest();
    expect((await b.run("restore", file)).exitCode).toBe(0);
    await b.start();
    expect(await b.digest()).toBe(digest);
    expect((await b.status()).serverUuid).not.toBe((await a.status()).serverUuid);
    const { exitCode, stdout } = await b.run("verify");
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
  });

  it("killed anywhere leaves the old database or the new one", async () => {
    const node = await createNode();
    await node.start();
    await load(node, 4_000);
    const file = join(node.directory, "a.backup");
    expect((await node.run("backup", file)).exitCode).toBe(0);
    await node.put({ title: "late" });
    await node.stop();

    const found = new Set<number>();
    for (let delayMs = 0; !found.has(4_000); delayMs += 80) {
      const before = new Set(await databases(node));
      const command = startCommand(["restore", file, "--discard-local-changes"], node.directory);
      // From the moment that the new database appears, a little later each time.
      const appeared = eventually(
        () => databases(node),
        (names) => names.some((name) => !before.has(name)),
      );
      await Promise.race([appeared, command.exited]);
      await sleep(delayMs);
      command.kill();
      await command.exited;
      const { entriesChecked } = await node.json<{ entriesChecked: number }>("verify");
      found.add(entriesChecked);
    }
    expect([...found].sort()).toEqual([4_000, 4_001]);
  });
});
