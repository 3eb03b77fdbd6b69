import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { startCommand } from "./testing/command.js";
import { eventually } from "./testing/eventually.js";
import { converge, type TestNode } from "./testing/node.js";
import { createNode, createPair } from "./testing/nodes.js";

/** B pulls from A, and each has an entry of its own. */
const startedApart = async (): Promise<{ a: TestNode; b: TestNode; onlyOnB: string }> => {
  const [a, b] = await createPair();
  await a.addPartner(b);
  await b.addPartner(a);
  await Promise.all([a.start(), b.start()]);
  await a.put({ title: "of A" });
  const onlyOnB = await b.put({ title: "only on B" });
  await b.linkIs(a, "domain-mismatch");
  return { a, b, onlyOnB };
};

describe("concordat refresh-replication-consumer", () => {
  it("exits 5 and touches nothing when something would be lost and nobody can be asked", async () => {
    const { b, onlyOnB } = await startedApart();
    const before = await b.digest();
    const { exitCode, stdout, stderr } = await b.run("refresh-replication-consumer");
    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: "" });
    expect(stderr).toContain("1 entry changed here");
    expect(stderr).toContain(onlyOnB);
    expect(stderr).toContain("--discard-local-changes");
    expect(await b.digest()).toBe(before);
  });

  it.each(["--discard-local-changes", "--i-want-to-refresh-this-servers-database"])("goes on with %s", async (flag) => {
    const { a, b, onlyOnB } = await startedApart();
    const { exitCode, stderr } = await b.run("refresh-replication-consumer", flag);
    expect(exitCode).toBe(0);
    expect(stderr).toContain("1 entry that only this node had");
    await converge(a, b);
    expect((await b.run("entry", "get", onlyOnB)).exitCode).toBe(1);
  });

  it("tells the outcome as JSON", async () => {
    const { a, b, onlyOnB } = await startedApart();
    const asked = await b.run("refresh-replication-consumer", "--json");
    expect(JSON.parse(asked.stdout)).toMatchObject({ kind: "would-discard", entries: 1, sample: [onlyOnB] });
    const done = await b.run("refresh-replication-consumer", "--json", "--discard-local-changes");
    expect(JSON.parse(done.stdout)).toMatchObject({ kind: "refreshed", origin: a.origin, entries: 1, discarded: 1 });
  });

  it("exits 7 when the partner does not listen", async () => {
    const [a, b] = await createPair();
    await b.addPartner(a);
    await b.start();
    const { exitCode, stderr } = await b.run("refresh-replication-consumer");
    expect(exitCode).toBe(7);
    expect(stderr).toContain(`${a.port}`);
  });

  it("exits 2 for a partner that is not configured, or when it has to be told which", async () => {
    const node = await createNode();
    await node.start();
    for (const args of [[], ["--from", "repl://nowhere:1"]]) {
      expect((await node.run("refresh-replication-consumer", ...args)).exitCode).toBe(2);
    }
  });

  it("is cancelled cleanly by Ctrl-C", async () => {
    const [a, b] = await createPair();
    // A partner that takes the connection and never says a word.
    const silent = createServer().listen(a.port, "127.0.0.1");
    await once(silent, "listening");
    await b.addPartner(a);
    await b.start();
    const command = startCommand(["refresh-replication-consumer"], b.directory);
    await eventually(
      () => b.status(),
      ({ refresh }) => refresh !== undefined,
    );
    command.interrupt();
    const { exitCode, stderr } = await command.exited;
    expect(exitCode).toBe(1);
    expect(stderr).toContain("cancelled: nothing changed");
    await eventually(
      () => b.status(),
      ({ refresh }) => refresh === undefined,
      5_000,
    );
    silent.close();
  });
});
