import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { appendFile, chmod, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { connect } from "node:tls";
import { createIdentity, saveIdentity } from "@concordat/identity";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Examination } from "../src/doctor/examine.js";
import type { Finding } from "../src/doctor/finding.js";
import { clockAhead } from "./testing/clock-shift.js";
import { eventually } from "./testing/eventually.js";
import { freePort } from "./testing/free-port.js";
import { fetchOnce } from "./testing/http.js";
import { converge, type TestNode } from "./testing/node.js";
import { createNode, createPair, createSyncedPair } from "./testing/nodes.js";

const examinationOf = async (node: TestNode): Promise<Examination & { exitCode: number | null }> => {
  const { exitCode, stdout } = await node.run("doctor", "--json");
  const examination = JSON.parse(stdout) as Examination;
  for (const { code, remedy, command } of examination.findings)
    expect(remedy ?? command, `what mends ${code}`).toMatch(/\w{3,}/);
  return { exitCode, ...examination };
};

const findingsOf = async (node: TestNode): Promise<{ exitCode: number | null; findings: readonly Finding[] }> => {
  const { exitCode, findings } = await examinationOf(node);
  return { exitCode, findings };
};

const codesOf = (findings: readonly Finding[]): string[] => findings.map(({ code }) => code).sort();

const textOf = async (node: TestNode): Promise<string> => (await node.run("doctor")).stdout;

/** Starts both, which hold one domain, with `replication` in their files. */
const startTogether = async ([a, b]: readonly [TestNode, TestNode], replication = ""): Promise<void> => {
  for (const node of [a, b]) await node.addReplicationLines(replication);
  await a.addPartner(b);
  await b.addPartner(a);
  await a.start();
  await b.start();
  await b.linkIs(a, "domain-mismatch");
  expect((await b.run("refresh-replication-consumer", "--from", a.origin)).exitCode).toBe(0);
  await a.linkIs(b, "in-sync");
  await b.linkIs(a, "in-sync");
};

/** Runs the command that the only finding names. */
const mend = async (node: TestNode, [finding]: readonly Finding[]): Promise<void> => {
  const [program, ...words] = finding?.command?.split(" ") ?? [];
  expect(program).toBe("concordat");
  const { exitCode, stderr } = await node.run(...words);
  expect(exitCode, stderr).toBe(0);
};

describe("doctor", () => {
  it("finds nothing where nothing is wrong, and a partner that is gone as soon as it is", async () => {
    const [a, b] = await createPair();
    await startTogether([a, b]);
    expect(await findingsOf(a)).toEqual({ exitCode: 0, findings: [] });
    expect(await textOf(a)).toContain("Nothing is wrong.");

    await b.stop();
    await a.linkIs(b, "unreachable");
    const { exitCode, findings } = await findingsOf(a);
    expect(exitCode).toBe(6);
    expect(findings).toMatchObject([{ code: "unreachable", origin: b.origin }]);
    const text = await textOf(a);
    expect(text).toContain(`unreachable  ${b.origin}`);
    expect(text).toContain("nothing comes from this partner");
  });

  it("names the command that ends a domain mismatch, and it does", async () => {
    const [a, b] = await createPair();
    await a.addPartner(b);
    await b.addPartner(a);
    await a.start();
    const uuid = await a.put({ title: "of A" });
    await b.start();
    const status = await b.linkIs(a, "domain-mismatch");
    const { exitCode, findings } = await findingsOf(b);
    expect(exitCode).toBe(6);
    expect(findings).toMatchObject([{ code: "domain-mismatch", remedy: status.partners[0]?.remedy }]);
    expect(await textOf(b)).toContain(`$ concordat refresh-replication-consumer --from ${a.origin}`);
    await mend(b, findings);
    await b.linkIs(a, "in-sync");
    await converge(a, b);
    expect((await b.run("entry", "get", uuid)).exitCode).toBe(0);
    expect((await findingsOf(b)).exitCode).toBe(0);
  });

  it("tells a node that was away too long, and the one that it may not supply; one command mends both", async () => {
    const [a, b] = await createPair();
    await startTogether([a, b], 'changelog_max_age = "1s"\n');
    const gone = await a.put({ title: "to go" });
    await converge(a, b);
    await b.stop();
    await a.run("entry", "delete", gone);
    await eventually(
      async () => (await a.status()).totals.tombstones,
      (tombstones) => tombstones === 0,
    );
    await b.start();
    await b.linkIs(a, "refresh-required");
    await a.linkIs(b, "unwilling");
    const readyz = async ({ socketPath }: TestNode) => fetchOnce({ socketPath, path: "/readyz" });
    expect(await readyz(a)).toMatchObject({ status: 200 });
    expect(await readyz(b)).toMatchObject({ status: 503, body: expect.stringContaining("is refresh-required: ") });
    const [lagging, other] = [await findingsOf(b), await findingsOf(a)];
    expect(lagging.findings).toMatchObject([{ code: "refresh-required", origin: a.origin }]);
    expect(lagging.findings[0]?.message).toContain("this node was away too long");
    expect(other.findings).toMatchObject([{ code: "unwilling", origin: b.origin }]);
    expect(other.findings[0]?.remedy).toBe(`run refresh-replication-consumer on ${b.origin}`);
    expect((await b.daemon.logged("refresh_required")).remedy).toBe(lagging.findings[0]?.remedy);
    await mend(b, lagging.findings);
    await b.linkIs(a, "in-sync");
    await a.linkIs(b, "in-sync");
    await converge(a, b);
  });
});

const DAY_MS = 86_400_000;
const VALID_DAYS = 4 * 365;

/** The identity of a node at `origin`, whose certificate ends in so many days. */
const identityEndingIn = (days: number, origin = "repl://localhost:1") =>
  createIdentity({
    origin,
    nowMs: Date.now() - (VALID_DAYS - days) * DAY_MS,
    randomBytes: (length) => randomBytes(length),
  });

/** Another program on the replication port. */
const occupy = async (port: number): Promise<void> => {
  const other = createServer().listen(port, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
};

describe("doctor, on faults that were planted", () => {
  it("finds nothing on a healthy pair, running and, but for that, stopped", async () => {
    const [a, b] = await createSyncedPair();
    for (const node of [a, b])
      expect(await examinationOf(node)).toMatchObject({ exitCode: 0, daemon: "running", findings: [], notChecked: [] });
    await b.stop();
    const { exitCode, daemon, findings, notChecked } = await examinationOf(b);
    expect({ exitCode, daemon, codes: codesOf(findings) }).toEqual({
      exitCode: 6,
      daemon: "stopped",
      codes: ["daemon-not-running"],
    });
    expect(notChecked[0]).toContain("only a running daemon knows");
    expect(await textOf(b)).toContain("Not checked: links as they are");
  });

  it("finds what is wrong with the file, the certificates, the rights and the port of a node that does not run", async () => {
    const node = await createNode();
    const data = join(node.directory, "data");
    await occupy(node.port);
    await saveIdentity(data, identityEndingIn(10));
    await node.editConfig((text) =>
      text
        .replace('log_level = "info"', 'log_level = "debug"')
        .replace(`origin = "${node.origin}"`, 'origin = "repl://here.invalid:9444"'),
    );
    const nobody = `repl://localhost:${await freePort()}`;
    await node.addPartner(node, { origin: nobody, certificate: await node.certificate() });
    const [expired, expiring] = [identityEndingIn(-3), identityEndingIn(3)].map(
      ({ certificate }) => certificate.base64,
    );
    await node.addPartner(node, { origin: "repl://there.invalid:1", certificate: expired ?? "" });
    for (const origin of ["repl://localhost:2", "repl://localhost:3"])
      await node.addPartner(node, { origin, type: "allow-pull", certificate: expiring ?? "" });
    await writeFile(join(data, "discarded-2026-01-01.ndjson"), "{}\n");
    await chmod(node.configFile, 0o666);
    await chmod(data, 0o755);

    const { exitCode, findings } = await examinationOf(node);
    expect(exitCode).toBe(6);
    expect(codesOf(findings)).toEqual([
      "bind-loopback",
      "config-open",
      "daemon-not-running",
      "database-directory-open",
      "database-missing",
      "discarded-entries-kept",
      "log-level-verbose",
      "name-not-resolved",
      "origin-elsewhere",
      "origin-not-resolved",
      "own-certificate-expiring",
      "own-certificate-pinned",
      "pin-expired",
      "pin-expiring",
      "pin-expiring",
      "pin-shared",
      "port-taken",
      "unreachable",
    ]);
    expect(findings.find(({ code }) => code === "config-open")?.command).toBe(
      `chmod go-w ${node.configFile.slice(node.directory.length + 1)}`,
    );
    expect(findings.find(({ code }) => code === "unreachable")?.origin).toBe(nobody);
    const text = await textOf(node);
    for (const { page, message } of findings) {
      expect(text).toContain(page);
      expect(text).toContain(message);
    }
  });

  it("finds an identity, a database and a file that cannot be used", async () => {
    const node = await createNode();
    const identity = join(node.directory, "data/identity.pem");
    await chmod(identity, 0o644);
    await node.editConfig((text) =>
      `${text}\n[storage]\ntype = "memory"\n`.replace(/^(bindaddress = )"127\.0\.0\.1:/m, '$1"192.0.2.1:'),
    );
    expect(codesOf((await findingsOf(node)).findings)).toEqual([
      "bind-unavailable",
      "daemon-not-running",
      "key-file-open",
      "no-partners",
      "storage-memory",
    ]);
    await chmod(identity, 0o600);
    await writeFile(identity, "no identity\n");
    await node.editConfig((text) => text.replace('"memory"', '"lmdb"').replace("192.0.2.1", "127.0.0.1"));
    const broken = await findingsOf(node);
    expect(codesOf(broken.findings)).toEqual([
      "daemon-not-running",
      "database-missing",
      "identity-unusable",
      "no-partners",
    ]);

    await appendFile(node.configFile, "\n[replication]\n");
    const invalid = await examinationOf(node);
    expect(invalid).toMatchObject({ exitCode: 6, daemon: "unknown" });
    expect(codesOf(invalid.findings)).toEqual(["config-invalid"]);
    const missing = JSON.parse((await node.run("doctor", "--json", "-c", "missing.toml")).stdout) as Examination;
    expect(codesOf(missing.findings)).toEqual(["config-unreadable"]);
  });

  it("finds a database that is damaged, or that another program has open; an expired certificate; a partner of another domain", async () => {
    const [a, b] = await createPair();
    await a.addPartner(b);
    await b.addPartner(a);
    await Promise.all([a.start(), b.start()]);
    await b.editConfig((text) => `adminbindpath = "./elsewhere.sock"\n${text}`);
    const inUse = (await findingsOf(b)).findings;
    expect(codesOf(inUse)).toEqual(["daemon-not-running", "database-in-use", "domain-mismatch"].slice(0, 2));
    await b.stop();
    const { findings } = await findingsOf(b);
    expect(codesOf(findings)).toEqual(["daemon-not-running", "domain-mismatch"]);
    expect(findings.find(({ code }) => code === "domain-mismatch")).toMatchObject({ origin: a.origin });

    const data = join(b.directory, "data");
    await saveIdentity(data, identityEndingIn(-1, b.origin));
    for (const name of await readdir(data, { recursive: true }))
      if (/\.mdb$/.test(name)) await writeFile(join(data, name), randomBytes(64 * 1_024));
    const damaged = await findingsOf(b);
    expect(codesOf(damaged.findings)).toEqual([
      "certificate-expired",
      "daemon-not-running",
      "database-damaged",
      "own-certificate-expired",
    ]);
  });

  it("finds what waits for somebody on a node that runs", async () => {
    const [a, b] = await createSyncedPair("task_poll_interval = 1\n");
    await a.put({ title: "without a name" });
    await a.editConfig((text) => `read_only = true\n${text}\n[attributes.name]\nrequired = true\n`);
    expect((await a.run("reload")).exitCode).toBe(0);
    await a.editConfig((text) => text.replace('log_level = "info"', 'log_level = "warn"'));
    const stranger = connect({
      host: "127.0.0.1",
      port: a.port,
      rejectUnauthorized: false,
      ALPNProtocols: ["concordat/1"],
    });
    stranger.on("error", () => undefined).resume();
    await a.daemon.logged("connection_refused");
    const quiet = await findingsOf(a);
    expect(codesOf(quiet.findings)).toEqual([
      "config-not-loaded",
      "conflicts-waiting",
      "read-only",
      "refused-connections",
    ]);
    expect(quiet.exitCode).toBe(0);
    expect(await textOf(a)).toContain("none of which degrades the node");

    expect((await b.run("pause", a.origin)).exitCode).toBe(0);
    expect(codesOf((await findingsOf(b)).findings)).toEqual(["paused"]);
  });

  it("finds a partner that is gone and lacks changes, as the horizon comes near", async () => {
    const [a, b] = await createSyncedPair('task_poll_interval = 1\nchangelog_max_age = "12s"\n');
    await b.stop("SIGKILL");
    await a.put({ title: "only here" });
    const { findings } = await eventually(
      () => findingsOf(a),
      ({ findings }) => findings.length >= 3,
      40_000,
    );
    expect(codesOf(findings)).toEqual(["partner-behind", "purge-horizon-near", "unreachable"]);
    for (const { origin } of findings) expect(origin).toBe(b.origin);
  });

  it("finds a link that works one way only, a clock that drifts, and changes that are known and do not come", async () => {
    const [a, b] = await createPair();
    for (const node of [a, b]) await node.addReplicationLines("task_poll_interval = 1\n");
    const wrongPort = `repl://localhost:${await freePort()}`;
    await a.addPartner(b, { origin: wrongPort });
    await b.addPartner(a, { automaticRefresh: true });
    await a.start();
    await b.start(clockAhead(-60));
    await b.linkIs(a, "in-sync");
    await b.put({ title: "that A never gets" });
    const [ofA, ofB] = await Promise.all(
      [a, b].map((node) =>
        eventually(
          async () => codesOf((await findingsOf(node)).findings),
          (codes) => codes.length >= (node === a ? 3 : 2),
          30_000,
        ),
      ),
    );
    expect(ofA).toEqual(["changes-missing", "clock-drift", "unreachable"]);
    expect(ofB).toEqual(["clock-drift", "partner-does-not-pull"]);
  });
});
