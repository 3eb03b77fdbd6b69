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

const onPostgres = ({ url }: PostgresServer): string =>
  `[storage]\ntype = "postgres"\nurl = "${url}?schema=node_${randomUUID().slice(0, 8)}"\n`;

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
