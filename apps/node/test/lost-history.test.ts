import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventually } from "./testing/eventually.js";
import { converge, type TestNode } from "./testing/node.js";
import { createPair } from "./testing/nodes.js";

/** Two daemons that hold one domain, in sync. */
const startedTogether = async (replication = ""): Promise<[TestNode, TestNode]> => {
  const [a, b] = await createPair();
  for (const node of [a, b]) {
    await node.editConfig((text) => text.replace("[replication]\n", `[replication]\n${replication}`));
  }
  await a.addPartner(b);
  await b.addPartner(a, { automaticRefresh: true });
  await a.start();
  await a.put({ title: "there before" });
  await b.start();
  await b.linkIs(a, "in-sync");
  await converge(a, b);
  return [a, b];
};

describe("a data directory that was put back to what it was", () => {
  it("heals by itself under a new server uuid, and keeps what came before and after", async () => {
    const [a, b] = await startedTogether();
    const before = (await a.status()).serverUuid;
    const [data, copy] = [join(a.directory, "data"), join(a.directory, "data-copy")];
    await a.stop();
    await cp(data, copy, { recursive: true });
    await a.start();
    const forgotten = await a.put({ title: "forgotten" });
    await converge(a, b);
    await b.stop();
    await a.stop();
    await rm(data, { recursive: true });
    await cp(copy, data, { recursive: true });

    await a.start();
    expect((await a.run("entry", "get", forgotten)).exitCode).toBe(1);
    const again = await a.put({ title: "written before it met anybody" });
    expect((await a.status()).serverUuid).toBe(before);
    await b.start();
    const healed = await a.daemon.logged("fork_healed");
    expect(healed.msg).toContain(`as ${b.origin} has shown`);
    await a.linkIs(b, "in-sync");
    await b.linkIs(a, "in-sync");
    await converge(a, b);
    expect((await a.status()).serverUuid).not.toBe(before);
    for (const node of [a, b]) {
      for (const uuid of [forgotten, again]) expect((await node.run("entry", "get", uuid)).exitCode).toBe(0);
      expect((await node.run("conflicts", "list")).stderr).toContain("there are no conflicts");
    }
  });
});

describe("a node that was away for longer than changelog_max_age", () => {
  it("is refreshed by itself once the deletions that it missed are purged, and says why", async () => {
    const [a, b] = await startedTogether('changelog_max_age = "1s"\n');
    const gone = await a.put({ title: "to go" });
    await converge(a, b);
    await b.stop();
    await a.run("entry", "delete", gone);
    await eventually(
      async () => (await a.status()).totals.tombstones,
      (tombstones) => tombstones === 0,
    );
    await b.start();
    const { msg } = await b.daemon.logged("refresh_required");
    expect(msg).toContain("this node was away too long");
    await b.linkIs(a, "in-sync");
    await converge(a, b);
    expect((await b.run("entry", "get", gone)).exitCode).toBe(1);
  });
});
