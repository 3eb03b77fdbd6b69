import { join } from "node:path";
import { fingerprint } from "@concordat/identity";
import { describe, expect, it } from "vitest";
import { converge } from "./testing/node.js";
import { createNode, createPair } from "./testing/nodes.js";

const fingerprintOf = (certificate: string): string => fingerprint(Buffer.from(certificate, "base64"));

describe("reading the configuration again", () => {
  it("takes over partners and their pins without a restart, by SIGHUP and by concordat reload", async () => {
    const [a, b] = await createPair();
    await Promise.all([a.start(), b.start()]);
    await a.addPartner(b);
    await b.addPartner(a, { automaticRefresh: true });

    a.daemon.signal("SIGHUP");
    expect(await a.daemon.logged("config_reloaded")).toMatchObject({ changed: ["partners"], restartNeeded: [] });
    const { exitCode, stdout, stderr } = await b.run("reload");
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "", stderr: "reloaded: partners changed\n" });
    await b.linkIs(a, "in-sync");
    await a.put({ title: "over the new link" });
    await converge(a, b);

    await a.editConfig((text) => text.slice(0, text.indexOf(`[replication."${b.origin}"]`)));
    expect((await a.run("reload")).exitCode).toBe(0);
    expect((await a.status()).partners).toEqual([]);
    await b.linkIs(a, "certificate-refused");
  });

  it("leaves links alone that the file did not change", async () => {
    const [a, b] = await createPair();
    await a.addPartner(b);
    await b.addPartner(a, { automaticRefresh: true });
    await Promise.all([a.start(), b.start()]);
    await b.linkIs(a, "in-sync");
    const before = (await b.status()).partners[0];
    await b.editConfig((text) => `${text}\n[attributes.tags]\nmerge = "set"\n`);
    expect((await b.run("reload")).stderr).toBe("reloaded: attributes changed\n");
    const after = (await b.status()).partners[0];
    expect(after?.connected).toBe(true);
    expect(after?.bytesReceived).toBeGreaterThanOrEqual(before?.bytesReceived ?? 0);
    expect(after?.lastAttemptAt).toBe(before?.lastAttemptAt);
  });

  it("takes over the schema for the next write", async () => {
    const node = await createNode();
    await node.start();
    await node.editConfig((text) => `${text}\n[attributes.tags]\nmerge = "set"\n`);
    expect((await node.run("reload")).exitCode).toBe(0);
    const uuid = await node.put({ tags: ["b", "a", "b"] });
    expect(await node.json("entry", "get", uuid)).toMatchObject({ attributes: { tags: ["a", "b"] } });
  });

  it("takes over the log level", async () => {
    const node = await createNode();
    await node.start();
    await node.editConfig((text) => text.replace('log_level = "info"', 'log_level = "error"'));
    expect((await node.run("reload")).stderr).toBe("reloaded: log_level changed\n");
    expect((await node.run("reload")).exitCode).toBe(0);
    expect(node.daemon.log().filter(({ event }) => event === "config_reloaded")).toHaveLength(0);
  });

  it("makes the node read-only and ends that: writes exit 4, reads and replication go on", async () => {
    const [a, b] = await createPair();
    await a.addPartner(b);
    await b.addPartner(a, { automaticRefresh: true });
    await b.editConfig((text) => `read_only = true\n${text}`);
    await Promise.all([a.start(), b.start()]);
    await b.linkIs(a, "in-sync");
    const uuid = await a.put({ title: "from the writer" });
    await converge(a, b);
    const { exitCode, stderr } = await b.run("entry", "delete", uuid);
    expect({ exitCode, stderr }).toEqual({ exitCode: 4, stderr: expect.stringContaining("read-only") });
    expect((await b.run("status")).stdout).toContain("read-only");

    await b.editConfig((text) => text.replace("read_only = true", ""));
    b.daemon.signal("SIGHUP");
    expect(await b.daemon.logged("config_reloaded")).toMatchObject({ changed: ["read_only"] });
    expect((await b.run("entry", "delete", uuid)).exitCode).toBe(0);
    await converge(a, b);
  });

  it("says what only a restart brings, again and again until it has come", async () => {
    const node = await createNode();
    await node.start();
    await node.editConfig((text) => `bindaddress = "127.0.0.1:${node.port + 1}"\n${text}`);
    const waiting = { kind: "setting-changed", takesEffect: "on-restart", from: null };
    const bindAddress = { ...waiting, key: "bindaddress", to: `127.0.0.1:${node.port + 1}` };
    const first = { kind: "reloaded", changed: [], restartNeeded: ["bindaddress"], changes: [bindAddress] };
    expect(await node.json("reload")).toEqual(first);
    await node.editConfig((text) => `${text}\n[api]\ntls_cert = "tls.crt"\ntls_key = "tls.key"\n`);
    const files = ["cert", "key"].map((kind) => ({
      ...waiting,
      key: `api.tls_${kind}`,
      to: join(node.directory, kind === "cert" ? "tls.crt" : "tls.key"),
    }));
    const second = {
      kind: "reloaded",
      changed: [],
      restartNeeded: ["api.tls_cert", "api.tls_key", "bindaddress"],
      changes: [...files, bindAddress],
    };
    expect(await node.json("reload")).toEqual(second);
    expect(await node.json("reload")).toEqual(second);
    expect((await node.run("doctor")).stdout).toContain("config-not-loaded");
  });

  it("takes over intervals, ages and skew, and shows before what a reload would change", async () => {
    const [a, b] = await createPair();
    await b.addPartner(a);
    await b.start();
    // A is not there: without the new interval the next try would be in a minute or so.
    await b.linkIs(a, "unreachable");
    const [certificateA, certificateB] = [await a.certificate(), await b.certificate()];
    await b.editConfig((text) =>
      text
        .replace(
          "\n[replication]",
          '\n[replication]\ntask_poll_interval = 1\nmax_clock_skew = "10m"\nchangelog_max_age = "30d"',
        )
        .replace(/^partner_cert = ".*"/m, `partner_cert = "${certificateB}"`)
        .concat(`\n[replication."repl://c:1"]\ntype = "allow-pull"\nconsumer_cert = "${certificateA}"\n`),
    );
    const dryRun = await b.run("reload", "--dry-run");
    expect(dryRun.stdout.split("\n")).toEqual([
      `~ partner ${a.origin}`,
      `    certificates: ${fingerprintOf(certificateA)} → ${fingerprintOf(certificateB)}`,
      "+ partner repl://c:1",
      "~ replication.task_poll_interval: 15 → 1",
      "~ replication.changelog_max_age: 7d → 30d",
      "~ replication.max_clock_skew: 5m → 10m",
      "",
    ]);
    expect((await b.status()).partners.map(({ origin }) => origin)).toEqual([a.origin]);
    const changed = [
      "partners",
      "replication.task_poll_interval",
      "replication.changelog_max_age",
      "replication.max_clock_skew",
    ];
    const outcome = await b.json<object>("reload", "--dry-run");
    expect(outcome).toMatchObject({ kind: "dry-run", changed, restartNeeded: [] });
    expect(await b.json("reload")).toEqual({ ...outcome, kind: "reloaded" });
    expect((await b.run("reload", "--dry-run")).stdout).toBe("nothing would change\n");
  });

  it("changes nothing for a file with errors, says so, and exits 78", async () => {
    const [a, b] = await createPair();
    await a.addPartner(b);
    await a.start();
    const before = (await a.status()).partners;
    await a.editConfig((text) => text.replace(/^type =/m, "tpye ="));
    for (const options of [[], ["--dry-run"]]) {
      const { exitCode, stderr } = await a.run("reload", ...options);
      expect(exitCode).toBe(78);
      expect(stderr).toContain("tpye");
    }

    a.daemon.signal("SIGHUP");
    const logged = await a.daemon.logged("config_invalid");
    expect(logged).toMatchObject({ level: "error" });
    expect(logged.msg).toContain("nothing changed");
    expect(String(logged.issues)).toContain("tpye");
    await a.editConfig((text) => text.replace("tpye =", "type ="));
    expect((await a.status()).partners.map(({ origin }) => origin)).toEqual(before.map(({ origin }) => origin));
  });
});
