import { describe, expect, it } from "vitest";
import { converge } from "./testing/node.js";
import { createLine, createPair } from "./testing/nodes.js";

describe("the guide's manual way", () => {
  it("exchanges certificates, refuses another domain, refreshes, and then both directions converge", async () => {
    const [a, b] = await createPair();
    await a.addPartner(b);
    await b.addPartner(a);
    await Promise.all([a.start(), b.start()]);
    const kept = await a.put({ title: "from A" });

    const mismatch = await b.linkIs(a, "domain-mismatch");
    expect(mismatch.health).toBe("degraded");
    const said = await b.run("status");
    expect(said.exitCode).toBe(6);
    expect(said.stdout).toContain(`Attention: ${a.origin} is of another domain`);
    expect(said.stdout).toContain("refresh-replication-consumer");
    expect(await b.daemon.logged("domain_mismatch")).toMatchObject({ level: "warn", origin: a.origin });

    const refreshed = await b.run("refresh-replication-consumer", "-c", "server.toml");
    expect(refreshed).toMatchObject({ exitCode: 0, stdout: "" });
    expect(refreshed.stderr).toContain(`refreshed: took over 1 entry`);
    expect(refreshed.stderr).toContain(`from ${a.origin}`);

    await a.linkIs(b, "in-sync");
    await b.linkIs(a, "in-sync");
    expect(await b.json("entry", "get", kept)).toMatchObject({ attributes: { title: "from A" } });
    await b.put({ title: "from B" });
    await a.run("entry", "patch", kept, '{"title": "changed on A"}');
    await converge(a, b);
    expect(await b.json("entry", "get", kept)).toMatchObject({ attributes: { title: "changed on A" } });
    expect((await a.run("entry", "list")).stdout).toContain("from B");
    expect((await a.run("status")).exitCode).toBe(0);
    expect((await b.run("status")).stdout).toContain(`In sync with ${a.origin}, holding 2 entries.`);
  });

  it("goes on after a restart of either node, in any order, without a refresh", async () => {
    const [a, b] = await createPair();
    await a.addPartner(b);
    await b.addPartner(a);
    await Promise.all([a.start(), b.start()]);
    await b.linkIs(a, "domain-mismatch");
    expect((await b.run("refresh-replication-consumer")).exitCode).toBe(0);
    const server = (await b.status()).serverUuid;

    await b.stop();
    await a.put({ title: "while B was away" });
    await b.start();
    await converge(a, b);
    await a.stop("SIGKILL");
    await b.put({ title: "while A was away" });
    await a.start();
    await converge(a, b);
    await Promise.all([a.stop(), b.stop()]);
    await Promise.all([b.start(), a.start()]);
    await a.put({ title: "after both" });
    await converge(a, b);
    expect((await b.status()).serverUuid).toBe(server);
  });

  it("relays changes along a line whose ends never meet", async () => {
    const [a, b, c] = await createLine();
    await a.addPartner(b);
    await b.addPartner(a);
    await b.addPartner(c);
    await c.addPartner(b);
    await Promise.all([a.start(), b.start(), c.start()]);
    await a.put({ title: "from A" });
    await b.linkIs(a, "domain-mismatch");
    expect((await b.run("refresh-replication-consumer", "--from", a.origin)).exitCode).toBe(0);
    await c.linkIs(b, "domain-mismatch");
    expect((await c.run("refresh-replication-consumer")).exitCode).toBe(0);
    await c.put({ title: "from C" });
    await a.put({ title: "from A again" });
    await converge(a, b, c);
    expect((await a.run("digest")).stdout).toContain("3 entries");
  });
});

describe("one-way partners", () => {
  it("pulls over a pull link from a node that allows it, and never the other way", async () => {
    const [supplier, consumer] = await createPair();
    await supplier.addPartner(consumer, { type: "allow-pull" });
    await consumer.addPartner(supplier, { type: "pull" });
    await Promise.all([supplier.start(), consumer.start()]);
    await consumer.linkIs(supplier, "domain-mismatch");
    expect((await consumer.run("refresh-replication-consumer")).exitCode).toBe(0);
    await supplier.put({ title: "supplied" });
    await converge(supplier, consumer);
    await consumer.put({ title: "stays here" });
    await supplier.put({ title: "supplied as well" });
    await consumer.linkIs(supplier, "in-sync");
    expect((await supplier.status()).partners).toMatchObject([{ state: "supply-only", entriesApplied: 0 }]);
    expect((await supplier.run("digest")).stdout).toContain("2 entries");
  });

  it("refuses to supply a node that it only pulls from", async () => {
    const [supplier, consumer] = await createPair();
    await supplier.addPartner(consumer);
    await consumer.addPartner(supplier, { type: "pull" });
    await Promise.all([supplier.start(), consumer.start()]);
    await supplier.linkIs(consumer, "certificate-refused");
    await consumer.linkIs(supplier, "domain-mismatch");
  });
});
