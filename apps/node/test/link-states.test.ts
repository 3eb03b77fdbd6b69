import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { connect } from "node:tls";
import { createIdentity, fingerprint, saveIdentity } from "@concordat/identity";
import type { Page } from "playwright-core";
import { expect, it, onTestFinished } from "vitest";
import { hasChromium } from "./testing/chromium.js";
import { clockAhead } from "./testing/clock-shift.js";
import { eventually } from "./testing/eventually.js";
import { expectLinks, ofPartners, readMetrics, readReadiness } from "./testing/link-reading.js";
import { converge, type TestNode } from "./testing/node.js";
import { createNode, createNodes } from "./testing/nodes.js";
import { openPage } from "./testing/page.js";
import { throttleTo } from "./testing/throttle.js";

const ENTRIES = 1_000;
const FIVE_YEARS_MS = 5 * 365 * 86_400_000;

const identityOf = (origin: string, nowMs = Date.now()) =>
  createIdentity({ origin, nowMs, randomBytes: (length) => randomBytes(length) });

/** A certificate that nobody shows. */
const oneOfItsOwn = (origin: string): string => identityOf(origin).certificate.base64;

const shownBy = async (node: TestNode): Promise<string> =>
  (await node.status()).certificate?.fingerprintSha256 ?? "no certificate";

/** Nobody listens there. */
const [NOBODY, SUPPLIED] = ["repl://localhost:1", "repl://localhost:2"];

/** Takes connections and says nothing. */
const silentOrigin = async (): Promise<string> => {
  const server = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `repl://localhost:${(server.address() as AddressInfo).port}`;
};

/** So that `node` has missed deletions which `partner` does not keep any more; `partner` has paused it. */
const purgeUnseen = async (node: TestNode, partner: TestNode): Promise<void> => {
  await partner.pause(node);
  const uuid = await partner.put({ title: "to go" });
  expect((await partner.run("entry", "delete", uuid)).exitCode).toBe(0);
  await eventually(
    () => partner.status(),
    ({ totals }) => totals.tombstones === 0,
  );
};

const importEntries = async (node: TestNode): Promise<void> => {
  const lines = Array.from({ length: ENTRIES }, (_, index) =>
    JSON.stringify({ attributes: { title: `entry ${index}`, text: "x".repeat(1_800) } }),
  );
  await writeFile(join(node.directory, "entries.ndjson"), lines.join("\n"));
  expect((await node.run("import", "entries.ndjson")).exitCode).toBe(0);
};

it("tells each state of a link alike in status --json, /readyz, /metrics, on the page and in the log", async () => {
  const [a, synced, lagging, other, closed, expired, skewed] = (await createNodes(7)) as [
    TestNode,
    TestNode,
    TestNode,
    TestNode,
    TestNode,
    TestNode,
    TestNode,
  ];
  await saveIdentity(join(expired.directory, "data"), identityOf(expired.origin, Date.now() - FIVE_YEARS_MS));
  const throttle = await throttleTo(synced.port);
  const throttled = { origin: `repl://localhost:${throttle.port}` };
  const silent = await silentOrigin();
  const [nowhere, falsely] = ["repl://concordat.invalid:8444", `repl://127.0.0.1:${other.port}`];
  const pinned = oneOfItsOwn(falsely);
  await a.addPartner(synced, throttled);
  for (const partner of [lagging, other, closed, expired, skewed]) await a.addPartner(partner);
  for (const origin of [NOBODY, nowhere]) await a.addPartner(closed, { origin, certificate: oneOfItsOwn(origin) });
  await a.addPartner(other, { origin: falsely, certificate: pinned });
  await a.addPartner(closed, { origin: SUPPLIED, type: "allow-pull", certificate: oneOfItsOwn(SUPPLIED) });
  await lagging.addReplicationLines('changelog_max_age = "1s"\n');
  for (const node of [other, expired]) await node.addPartner(a);
  for (const node of [synced, lagging, skewed]) await node.addPartner(a, { automaticRefresh: true });

  await Promise.all([
    ...[a, synced, lagging, other, closed, expired].map((node) => node.start()),
    skewed.start(clockAhead(600)),
  ]);
  const page: Page | undefined = hasChromium ? await openPage(a) : undefined;
  await lagging.linkIs(a, "in-sync");
  await purgeUnseen(a, lagging);
  const alwaysThere = {
    [closed.origin]: { state: "certificate-refused", mends: "show-replication-certificate" },
    [expired.origin]: { state: "certificate-expired", says: [expired.origin, /20\d\d-\d\d-\d\d/], mends: "renew" },
    [skewed.origin]: { state: "clock-skew", says: ["10 minutes behind"], mends: "clocks" },
    [NOBODY]: { state: "unreachable", says: ["localhost:1 "], mends: "check that" },
    [nowhere]: { state: "name-not-resolved", says: ["concordat.invalid"], mends: "check the origin" },
    [falsely]: {
      state: "certificate-not-pinned",
      says: [fingerprint(Buffer.from(pinned, "base64")), await shownBy(other), falsely],
      mends: "show-replication-certificate",
    },
    [SUPPLIED]: { state: "supply-only" },
  } as const;
  await expectLinks(a, page, {
    ...alwaysThere,
    [throttled.origin]: { state: "in-sync" },
    [lagging.origin]: { state: "unwilling", says: ["has paused replication"], mends: "concordat resume" },
    [other.origin]: { state: "domain-mismatch", blocks: true, mends: "refresh-replication-consumer" },
  });

  await Promise.all([a.pause(other), a.pause(throttled), lagging.resume(a)]);
  await importEntries(synced);
  throttle.allow(1_000_000);
  await a.resume(throttled);
  await a.addPartner(closed, { origin: silent, certificate: oneOfItsOwn(silent) });
  await a.reload();
  const { partners } = await expectLinks(a, page, {
    ...alwaysThere,
    [throttled.origin]: { state: "catching-up" },
    [lagging.origin]: {
      state: "refresh-required",
      blocks: true,
      says: ["away too long"],
      mends: "refresh-replication",
    },
    [other.origin]: { state: "paused", says: ["paused since"], mends: `concordat resume ${other.origin}` },
    [silent]: { state: "never-connected", says: ["not tried yet"] },
  });

  // How much is to come, and when it will be here.
  const { catchingUp, lag } = partners.find(({ origin }) => origin === throttled.origin) ?? {};
  expect(catchingUp?.entriesEstimate).toBe(ENTRIES);
  expect(catchingUp?.entries).toBeGreaterThan(0);
  expect(catchingUp?.entries).toBeLessThan(ENTRIES);
  expect(catchingUp?.bytes).toBeGreaterThan(100_000);
  expect(catchingUp?.secondsLeft).toBeGreaterThan(0);
  expect(lag?.changes).toBe(ENTRIES - (catchingUp?.entries ?? 0));
  expect(lag?.seconds).toBeGreaterThan(0);
  const metrics = await readMetrics(a);
  const metric = (name: string) => ofPartners(metrics, `concordat_partner_${name}`)[throttled.origin];
  expect(metric("catching_up_entries")).toBe(catchingUp?.entries);
  expect(metric("catching_up_estimated_entries")).toBe(ENTRIES);
  expect(metric("catching_up_remaining_seconds")).toBeGreaterThan(0);
  expect(metric("lag_changes")).toBe(lag?.changes);
  expect((await a.run("status")).stdout).toMatch(/of about 1,000 entries, .* left$/m);
  await page?.getByText(/of about 1,000 entries .* left$/).waitFor();

  throttle.allow(Number.POSITIVE_INFINITY);
  await a.linkIs(throttled, "in-sync");
  await a.editConfig((text) => text.replace(new RegExp(`\\[replication."${lagging.origin}"\\]\\n(.+\\n)+`), ""));
  await a.reload();
  expect(await readReadiness(a)).toEqual({ status: 200, reasons: [] });
  await converge(a, synced);
  await expired.linkIs(a, "certificate-expired");

  // Who was refused is told on the other side, too, and is no reason to call it degraded.
  const got = await shownBy(a);
  const refused = await closed.daemon.logged("connection_refused");
  expect(refused).toMatchObject({ level: "warn", code: "certificate_not_pinned", msg: expect.stringContaining(got) });
  expect(await closed.run("status")).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(got) });
  expect((await closed.status()).refusedConnections[0]).toMatchObject({ code: "certificate_not_pinned" });
});

it("is not ready before it ever had anything from a partner, and says what became of each", async () => {
  const a = await createNode();
  const silent = await silentOrigin();
  for (const origin of [silent, NOBODY]) await a.addPartner(a, { origin, certificate: oneOfItsOwn(origin) });
  await a.start();
  await a.linkIs({ origin: NOBODY }, "unreachable");
  const { status, reasons } = await readReadiness(a);
  expect(status).toBe(503);
  expect(reasons[0]).toBe("nothing was pulled yet");
  expect(reasons[1]).toBe(`${silent} is never-connected: not tried yet`);
  expect(reasons[2]).toContain(`${NOBODY} is unreachable: `);
});

it("tells who connects without a certificate nothing, and its operator that somebody did", async () => {
  const a = await createNode();
  await a.start();
  const socket = connect({
    host: "127.0.0.1",
    port: a.port,
    rejectUnauthorized: false,
    ALPNProtocols: ["concordat/1"],
  });
  let received = 0;
  socket.on("data", (bytes) => {
    received += bytes.length;
  });
  socket.on("error", () => undefined);
  await once(socket, "close");
  expect(received).toBe(0);
  expect(await a.daemon.logged("connection_refused")).toMatchObject({ level: "warn", code: "certificate_missing" });
  expect((await a.run("status")).stdout).toContain("certificate");
  expect((await a.status()).refusedConnections[0]).toMatchObject({ code: "certificate_missing" });
});
