import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { createIdentity, saveIdentity } from "@concordat/identity";
import { expect, it, onTestFinished } from "vitest";
import { clockAhead } from "./testing/clock-shift.js";
import { eventually } from "./testing/eventually.js";
import { freePort } from "./testing/free-port.js";
import { fetchOnce } from "./testing/http.js";
import { converge, type TestNode } from "./testing/node.js";
import { createNodes, createPair } from "./testing/nodes.js";
import { parsePrometheusText } from "./testing/prometheus-text.js";
import { throttleTo } from "./testing/throttle.js";

/** What the metrics say of each partner's state. */
const statesInMetrics = async ({ socketPath }: TestNode): Promise<Record<string, string | undefined>> => {
  const { body } = await fetchOnce({ socketPath, path: "/metrics" });
  const samples = parsePrometheusText(body).get("concordat_partner_state")?.samples ?? [];
  return Object.fromEntries(samples.map(({ labels }) => [labels.partner, labels.state]));
};

const statesInStatus = async (node: TestNode): Promise<Record<string, string>> => {
  const { partners } = JSON.parse((await node.run("status", "--json")).stdout);
  return Object.fromEntries(partners.map(({ origin, state }: { origin: string; state: string }) => [origin, state]));
};

const readiness = async ({ socketPath }: TestNode): Promise<{ status: number; reasons: readonly string[] }> => {
  const { status, body } = await fetchOnce({ socketPath, path: "/readyz" });
  return { status, reasons: JSON.parse(body).reasons ?? [] };
};

/** Takes connections and says nothing. */
const silentPort = async (): Promise<number> => {
  const server = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
};

it("tells every state of a link alike in status, /metrics and /readyz", async () => {
  const [a, synced, closed, expired, other, skewed] = (await createNodes(6)) as [
    TestNode,
    TestNode,
    TestNode,
    TestNode,
    TestNode,
    TestNode,
  ];
  const fiveYearsAgoMs = Date.now() - 5 * 365 * 86_400_000;
  await saveIdentity(
    join(expired.directory, "data"),
    createIdentity({
      origin: expired.origin,
      nowMs: fiveYearsAgoMs,
      randomBytes: (length) => randomBytes(length),
    }),
  );
  const silent = `repl://localhost:${await silentPort()}`;
  const nobody = `repl://localhost:${await freePort()}`;
  const paused = `repl://localhost:${await freePort()}`;
  const supplied = `repl://localhost:${await freePort()}`;
  const nowhere = "repl://concordat.invalid:8444";
  const falsely = `repl://127.0.0.1:${other.port}`;
  for (const partner of [synced, closed, expired, other, skewed]) await a.addPartner(partner);
  for (const origin of [silent, nobody, paused, nowhere])
    await a.addPartner(closed, { origin, certificate: oneOfItsOwn(origin) });
  await a.addPartner(closed, { origin: falsely, certificate: oneOfItsOwn(falsely) });
  await a.addPartner(closed, { origin: supplied, type: "allow-pull", certificate: oneOfItsOwn(supplied) });
  for (const node of [expired, other]) await node.addPartner(a);
  for (const node of [synced, skewed]) await node.addPartner(a, { automaticRefresh: true });
  await Promise.all([...[synced, closed, expired, other].map((node) => node.start()), skewed.start(clockAhead(600))]);

  await a.start();
  expect((await a.status()).partners.find(({ origin }) => origin === silent)?.state).toBe("never-connected");
  expect((await readiness(a)).status).toBe(503);
  expect((await a.run("pause", paused)).exitCode).toBe(0);
  const expected = {
    [synced.origin]: "in-sync",
    [closed.origin]: "certificate-refused",
    [falsely]: "certificate-not-pinned",
    [expired.origin]: "certificate-expired",
    [other.origin]: "domain-mismatch",
    [skewed.origin]: "clock-skew",
    [nobody]: "unreachable",
    [nowhere]: "name-not-resolved",
    [paused]: "paused",
    [supplied]: "supply-only",
    [silent]: "unreachable",
  };
  await eventually(
    () => statesInMetrics(a),
    (states) => Object.entries(expected).every(([origin, state]) => states[origin] === state),
    40_000,
  );
  expect(await statesInStatus(a)).toEqual(expected);
  const { status, reasons } = await readiness(a);
  expect(status).toBe(503);
  expect(reasons).toEqual([expect.stringContaining(`${other.origin} is domain-mismatch: `)]);

  await a.editConfig((text) => text.replace(new RegExp(`\\[replication."${other.origin}"\\]\\n(.+\\n)+`), ""));
  expect((await a.run("reload")).exitCode).toBe(0);
  expect(await readiness(a)).toEqual({ status: 200, reasons: [] });
});

/** A certificate that nobody shows. */
const oneOfItsOwn = (origin: string): string =>
  createIdentity({ origin, nowMs: Date.now(), randomBytes: (length) => randomBytes(length) }).certificate.base64;

it("says of a link that catches up how much is to come, and when it will be here", async () => {
  const [a, b] = await createPair();
  const throttle = await throttleTo(a.port);
  const origin = `repl://localhost:${throttle.port}`;
  await a.addPartner(b, { type: "allow-pull" });
  await b.addPartner(a, { origin, type: "pull", automaticRefresh: true });
  await Promise.all([a.start(), b.start()]);
  await b.linkIs({ origin }, "in-sync");
  await b.stop();
  const lines = Array.from({ length: 3_000 }, (_, index) =>
    JSON.stringify({ attributes: { title: `entry ${index}`, text: "x".repeat(600) } }),
  );
  await writeFile(join(a.directory, "entries.ndjson"), lines.join("\n"));
  expect((await a.run("import", "entries.ndjson")).exitCode).toBe(0);

  throttle.allow(1_000_000);
  await b.start();
  const { partners } = await b.linkIs({ origin }, "catching-up");
  const { catchingUp, lag } = partners[0] ?? {};
  expect(catchingUp?.entriesEstimate).toBe(3_000);
  expect(catchingUp?.entries).toBeGreaterThan(0);
  expect(catchingUp?.entries).toBeLessThan(3_000);
  expect(catchingUp?.bytes).toBeGreaterThan(100_000);
  expect(catchingUp?.secondsLeft).toBeGreaterThan(0);
  expect(lag?.changes).toBe(3_000 - (catchingUp?.entries ?? 0));
  expect(lag?.seconds).toBeGreaterThan(0);
  expect((await statesInMetrics(b))[origin]).toBe("catching-up");
  expect((await b.run("status")).stdout).toMatch(/of about 3,000 entries, .* left$/m);

  throttle.allow(Number.POSITIVE_INFINITY);
  await b.linkIs({ origin }, "in-sync");
  await converge(a, b);
});
