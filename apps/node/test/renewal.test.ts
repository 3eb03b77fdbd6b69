import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createIdentity, saveIdentity } from "@concordat/identity";
import { expect, it } from "vitest";
import { eventually } from "./testing/eventually.js";
import { converge, type TestNode } from "./testing/node.js";
import { createNode, createPair } from "./testing/nodes.js";
import { WriteLoad } from "./testing/write-load.js";

interface Answer {
  readonly certificate: string;
  readonly fingerprintSha256: string;
  readonly renewal?: { readonly waitingFor: readonly string[] };
}

const inSync = async (a: TestNode, b: TestNode): Promise<void> => {
  await a.linkIs(b, "in-sync");
  await b.linkIs(a, "in-sync");
};

const fingerprintOf = async (node: TestNode): Promise<string | undefined> =>
  (await node.status()).certificate?.fingerprintSha256;

/** What `node` accepts of its first partner. */
const acceptedBy = async (node: TestNode): Promise<string[]> =>
  ((await node.status()).partners[0]?.certificates ?? []).map(({ fingerprintSha256 }) => fingerprintSha256);

it("goes over to another certificate while both nodes write, without a write held or lost, and again; partners that restart still know it", async () => {
  const [a, b] = await createPair();
  const uninvolved = await createNode();
  await a.addPartner(b);
  await b.addPartner(a, { automaticRefresh: true });
  await Promise.all([a.start(), b.start(), uninvolved.start()]);
  await inSync(a, b);
  const first = await fingerprintOf(a);
  const configs = [await a.config(), await b.config()];

  const loads = [new WriteLoad(a), new WriteLoad(b)];
  const control = new WriteLoad(uninvolved);
  const second = (await a.json<Answer>("renew-replication-certificate")).fingerprintSha256;
  expect(second).not.toBe(first);
  expect(await fingerprintOf(a)).toBe(second);
  // The old pin ends once the new certificate was seen.
  await eventually(
    () => acceptedBy(b),
    (accepted) => accepted.join() === second,
  );
  await inSync(a, b);
  for (const load of [...loads, control]) await load.stop();
  await converge(a, b);
  const stored = await a.export();
  for (const load of loads) {
    expect(load.refused).toEqual([]);
    expect(load.longestHoldMs(control)).toBeLessThan(1_000);
    expect(load.acknowledged.length).toBeGreaterThan(0);
    expect(load.acknowledged.filter((uuid) => !stored.includes(uuid))).toEqual([]);
  }

  await Promise.all([a.restart(), b.restart()]);
  await inSync(a, b);
  const third = (await a.json<Answer>("renew-replication-certificate")).fingerprintSha256;
  await eventually(
    () => acceptedBy(b),
    (accepted) => accepted.join() === third,
  );
  await b.restart();
  await inSync(a, b);
  await a.put({ title: "with the third" });
  await b.put({ title: "to the third" });
  await converge(a, b);
  expect([await a.config(), await b.config()]).toEqual(configs);

  // What was learned is where status says, proves itself, and is forgotten when its file is.
  const { learnedCertificatesFile = "", partners } = await b.status();
  expect(partners[0]?.learnedCertificates).toMatchObject([
    { fingerprintSha256: second, signedBy: first, inUseSince: expect.any(String) },
    { fingerprintSha256: third, signedBy: second },
  ]);
  const kept = await readFile(learnedCertificatesFile, "utf8");
  await writeFile(learnedCertificatesFile, kept.replace(/"signature": "..../, '"signature": "AAAA'));
  expect((await b.run("reload")).exitCode).toBe(0);
  expect(await acceptedBy(b)).toEqual([first]);
  await b.linkIs(a, "certificate-not-pinned");
  await writeFile(learnedCertificatesFile, kept);
  expect((await b.run("reload")).exitCode).toBe(0);
  await inSync(a, b);
}, 120_000);

it("renews by itself before the certificate expires, also with partners that only pull, and waits for who is away", async () => {
  const [a, b] = await createPair();
  const fourYearsAgoMs = Date.now() - 1_450 * 86_400_000;
  await saveIdentity(
    join(a.directory, "data"),
    createIdentity({ origin: a.origin, nowMs: fourYearsAgoMs, randomBytes: (length) => randomBytes(length) }),
  );
  await a.addPartner(b, { type: "allow-pull" });
  await b.addPartner(a, { type: "pull", automaticRefresh: true });
  const old = await a.certificate();
  await a.start();
  await a.daemon.logged("certificate_renewal_begun");
  const { renewal } = await a.status();
  expect(renewal).toMatchObject({ having: [], waitingFor: [b.origin] });
  // Nothing was lost by a restart, and what a partner should pin now is the old one.
  await a.restart();
  expect((await a.status()).renewal).toEqual(renewal);
  expect((await a.run("status")).stdout).toContain(`waiting for ${b.origin}`);
  expect(await a.json("show-replication-certificate")).toMatchObject({
    certificate: old,
    successor: expect.any(String),
  });

  await b.start();
  await a.daemon.logged("certificate_renewed");
  expect((await a.status()).renewal).toBeUndefined();
  expect(await fingerprintOf(a)).toBe(renewal?.successorFingerprintSha256);
  await eventually(
    () => acceptedBy(b),
    (accepted) => accepted.join() === renewal?.successorFingerprintSha256,
  );
  await b.linkIs(a, "in-sync");
  await a.put({ title: "after it" });
  await converge(a, b);
}, 240_000);

it("is told on both sides to whom nothing was announced, and not accepted by who does not want it", async () => {
  const [a, b] = await createPair();
  await a.addPartner(b);
  await b.addPartner(a, { automaticRefresh: true });
  await b.editConfig((text) => `${text}accept_renewed_certificates = false\n`);
  await Promise.all([a.start(), b.start()]);
  await inSync(a, b);
  const pinned = await acceptedBy(b);
  const answer = await a.run("renew-replication-certificate", "--now");
  expect(answer).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("from now on") });
  expect(await acceptedBy(b)).toEqual(pinned);
  const refused = await a.linkIs(b, "certificate-refused");
  expect(refused.partners[0]?.remedy).toContain("show-replication-certificate");
  const unknown = await b.linkIs(a, "certificate-not-pinned");
  expect(unknown.partners[0]?.remedy).toContain("show-replication-certificate");

  // By hand, as the remedy says.
  const certificate = await a.certificate();
  await b.editConfig((text) => text.replace(/^partner_cert = ".*"/m, `partner_cert = "${certificate}"`));
  expect((await b.run("reload")).exitCode).toBe(0);
  await inSync(a, b);

  // Without the daemon: made, kept, and announced once it runs.
  await a.stop();
  const made = await a.json<Answer>("renew-replication-certificate");
  expect(made.renewal?.waitingFor).toEqual([b.origin]);
  expect(await a.certificate()).toBe(certificate);
  const now = await a.json<Answer>("renew-replication-certificate", "--now");
  expect(now.renewal).toBeUndefined();
  expect(await a.certificate()).toBe(now.certificate);
}, 240_000);
