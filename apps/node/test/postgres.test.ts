import { randomUUID } from "node:crypto";
import { type PostgresServer, startPostgres } from "@concordat/storage-postgres/testing";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { fetchOnce } from "./testing/http.js";
import { converge, TestNode } from "./testing/node.js";

const server = await startPostgres();
if (server === undefined) {
  const message = "PostgreSQL is not installed, and the node on it was not tested: apt-get install postgresql";
  if (process.env.CI === "true") throw new Error(message);
  process.stderr.write(`${message}\n`);
}
afterAll(() => server?.stop());

const created: TestNode[] = [];
afterEach(async () => {
  await Promise.all(created.splice(0).map((node) => node.destroy()));
});

const createNode = async (storage: string): Promise<TestNode> => {
  const node = await TestNode.create();
  created.push(node);
  await node.editConfig((text) => `${text}\n${storage}`);
  return node;
};

const newSchema = (): string => `node_${randomUUID().slice(0, 8)}`;

const onPostgres = ({ url }: PostgresServer, schema = newSchema()): string =>
  `[storage]\ntype = "postgres"\nurl = "${url}?schema=${schema}"\n`;

describe.runIf(server !== undefined)("a node on PostgreSQL", () => {
  const running = server as PostgresServer;

  it("keeps whatever it acknowledged when it is killed, again and again, and is sound", async () => {
    const node = await createNode(onPostgres(running));
    const acknowledged = new Set<string>();
    for (let cycle = 0; cycle < 3; cycle += 1) {
      await node.start();
      const writers = Array.from({ length: 8 }, () => writeUntilKilled(node, acknowledged));
      const enough = 40 * (cycle + 1);
      while (acknowledged.size < enough) await new Promise((resolve) => setTimeout(resolve, 5));
      await node.stop("SIGKILL");
      await Promise.all(writers);
    }
    await node.start();
    const { stdout } = await node.run("entry", "list", "--json", "--limit", "10000");
    expect([...acknowledged].filter((uuid) => !stdout.includes(uuid))).toEqual([]);
    expect(await node.run("verify")).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^sound/) });
  });

  it("refreshes from a node on LMDB, replicates both ways, and goes on when the server restarts", async () => {
    const [left, right] = [await createNode(""), await createNode(onPostgres(running))] as const;
    await left.addPartner(right);
    await right.addPartner(left);
    await Promise.all([left.start(), right.start()]);
    await left.put({ title: "from LMDB" });
    expect((await right.run("refresh-replication-consumer")).exitCode).toBe(0);
    await right.put({ title: "from PostgreSQL" });
    await converge(left, right);

    await running.crash();
    await Promise.all([right.put({ title: "while the server was away" }), running.restart()]);
    await left.put({ title: "afterwards" });
    await converge(left, right);
    expect((await right.run("entry", "list")).stdout).toContain("while the server was away");
  });

  it("keeps the entries for SQL to read: every write, a refresh, what was there before; or nothing stale", async () => {
    const schema = newSchema();
    const node = await createNode(onPostgres(running, schema));
    const titles = async () =>
      (await running.query(`SELECT attributes->>'title' AS title FROM ${schema}.entries ORDER BY 1`)).map(
        ({ title }) => title,
      );
    await node.start();
    await node.put({ title: "before it was kept", text: 'a \u0000 b, \\u0000 and \\ud800 as text, "quoted", {1,2}' });
    await node.stop();

    await node.editConfig((text) => `${text}sql_entries = true\n`);
    await node.start();
    expect(await titles()).toEqual(["before it was kept"]);
    const [row] = await running.query(`SELECT attributes->>'text' AS text, created_at FROM ${schema}.entries`);
    expect(row?.text).toBe('a \ufffd b, \\u0000 and \\ud800 as text, "quoted", {1,2}');
    expect(row?.created_at).toBeInstanceOf(Date);
    const kept = await node.put({ title: "kept" });
    const gone = await node.put({ title: "gone" });
    await node.run("entry", "patch", kept, '{"title": "changed", "size": 2}');
    await node.run("entry", "delete", gone);
    expect(await titles()).toEqual(["before it was kept", "changed"]);

    const other = await createNode("");
    await node.addPartner(other);
    await other.addPartner(node);
    await Promise.all([other.start(), node.run("reload")]);
    await other.put({ title: "of another domain" });
    expect((await node.run("refresh-replication-consumer", "--discard-local-changes")).exitCode).toBe(0);
    expect(await titles()).toEqual(["of another domain"]);
    await other.put({ title: "replicated" });
    await converge(other, node);
    expect(await titles()).toEqual(["of another domain", "replicated"]);
    await node.stop();

    await node.editConfig((text) => text.replace("sql_entries = true\n", ""));
    await node.start();
    await expect(titles()).rejects.toThrow(/does not exist/);
    await node.stop();
  });

  it("ends once nothing can be written any more, and goes on when it is started again", async () => {
    const schema = newSchema();
    const node = await createNode(onPostgres(running, schema));
    await node.start();
    const kept = await node.put({ title: "acknowledged" });
    // As though another node had opened the place, which no lock had held.
    await running.query(`UPDATE ${schema}.place SET epoch = epoch + 1`);
    await expect(node.put({ title: "refused" })).rejects.toThrow("storage_failed");
    expect(await node.daemon.exited()).toBe(1);
    expect(await node.daemon.logged("storage_failed")).toMatchObject({
      level: "fatal",
      code: "store_io",
      msg: expect.stringContaining(schema),
    });
    await node.start();
    expect((await node.run("entry", "get", kept)).exitCode).toBe(0);
    await node.put({ title: "goes on" });
  });

  it("says what is wrong with the server, never the password", async () => {
    const node = await createNode('[storage]\ntype = "postgres"\nurl = "postgres://me:hunter2@127.0.0.1:1/absent"\n');
    const { exitCode, stderr } = await node.run("server");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("cannot open schema concordat of 127.0.0.1:1/absent");
    expect(stderr).not.toContain("hunter2");
  });
});

/** Creates entries one after the other; those that were answered are acknowledged. Ends when the node does. */
const writeUntilKilled = async ({ socketPath }: TestNode, acknowledged: Set<string>): Promise<void> => {
  const headers = { "content-type": "application/json" };
  try {
    for (;;) {
      const body = JSON.stringify({ attributes: { title: "durable" } });
      const answer = await fetchOnce({ socketPath, method: "POST", path: "/v1/entries", headers, body });
      if (answer.status === 201) acknowledged.add((JSON.parse(answer.body) as { uuid: string }).uuid);
    }
  } catch {
    // It was killed.
  }
};
