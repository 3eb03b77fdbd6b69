import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { connect } from "node:tls";
import { createIdentity, saveIdentity } from "@concordat/identity";
import { describe, expect, it } from "vitest";
import { createNode, createPair } from "./testing/nodes.js";

const fingerprintOf = async (node: Awaited<ReturnType<typeof createNode>>): Promise<string> =>
  (await node.json<{ fingerprintSha256: string }>("show-replication-certificate-metadata")).fingerprintSha256;

describe("a partner that cannot be talked to", () => {
  it("shows another certificate than the pinned one: both fingerprints are told, in the log and by status", async () => {
    const [a, b] = await createPair();
    const stranger = await createNode();
    await b.addPartner(a, { certificate: await stranger.certificate() });
    await a.addPartner(b);
    await Promise.all([a.start(), b.start()]);
    const { partners } = await b.linkIs(a, "certificate-not-pinned");
    const message = partners[0]?.message ?? "";
    expect(message).toContain(await fingerprintOf(stranger));
    expect(message).toContain(await fingerprintOf(a));
    expect(message).toContain(a.origin);
    expect(await b.daemon.logged("partner_failed", ({ state }) => state === "certificate-not-pinned")).toMatchObject({
      msg: message,
      remedy: partners[0]?.remedy,
    });
    const { stdout, exitCode } = await b.run("status");
    expect(exitCode).toBe(6);
    expect(stdout).toContain(`→ ${partners[0]?.remedy}`);
  });

  it("is refused when its certificate is pinned nowhere, and is told so on both sides", async () => {
    const [a, b] = await createPair();
    await b.addPartner(a);
    await Promise.all([a.start(), b.start()]);
    const { partners } = await b.linkIs(a, "certificate-refused");
    expect(partners[0]?.remedy).toContain("show-replication-certificate");

    const got = await fingerprintOf(b);
    const refused = await a.daemon.logged("connection_refused");
    expect(refused).toMatchObject({ level: "warn", code: "certificate_not_pinned" });
    expect(refused.msg).toContain(got);
    const status = await a.status();
    expect(status.refusedConnections[0]).toMatchObject({ code: "certificate_not_pinned" });
    expect((await a.run("status")).stdout).toContain(got);
    // Whoever knocks is no reason to call the node degraded.
    expect(status.health).toBe("ok");
  });

  it("does not listen: the address and what to check are told", async () => {
    const [a, b] = await createPair();
    await b.addPartner(a);
    await b.start();
    const { partners, verdict } = await b.linkIs(a, "unreachable");
    expect(partners[0]?.message).toContain(String(a.port));
    expect(partners[0]?.remedy).toContain("check that");
    expect(verdict).toContain("unreachable");
  });

  it("has a name that does not resolve", async () => {
    const [a, b] = await createPair();
    const origin = "repl://concordat.invalid:8444";
    await b.addPartner(a, { origin });
    await b.start();
    const { partners } = await b.linkIs({ origin }, "name-not-resolved");
    expect(partners[0]?.message).toContain("concordat.invalid");
    expect(partners[0]?.remedy).toContain("check the origin");
  });

  it("shows a certificate whose time is over: when it ended and how to renew it are told on both sides", async () => {
    const [a, b] = await createPair();
    const fiveYearsAgoMs = Date.now() - 5 * 365 * 24 * 3_600_000;
    await saveIdentity(
      join(a.directory, "data"),
      createIdentity({ origin: a.origin, nowMs: fiveYearsAgoMs, randomBytes: (length) => randomBytes(length) }),
    );
    await b.addPartner(a);
    await a.addPartner(b);
    await Promise.all([a.start(), b.start()]);
    const { partners } = await b.linkIs(a, "certificate-expired");
    expect(partners[0]?.message).toContain(a.origin);
    expect(partners[0]?.message).toMatch(/20\d\d-\d\d-\d\d/);
    expect(partners[0]?.remedy).toContain("renew");
    const logged = await b.daemon.logged("partner_failed", ({ state }) => state === "certificate-expired");
    expect(logged.msg).toBe(partners[0]?.message);
    await a.linkIs(b, "certificate-expired");
  });

  it("has no certificate at all: the listener says so, and the stranger learns nothing", async () => {
    const [a, b] = await createPair();
    await a.addPartner(b);
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
    await new Promise((resolve) =>
      socket
        .once("close", resolve)
        .on("error", () => undefined)
        .resume(),
    );
    expect(received).toBe(0);
    const refused = await a.daemon.logged("connection_refused");
    expect(refused).toMatchObject({ level: "warn", code: "certificate_missing" });
    expect((await a.run("status")).stdout).toContain("certificate");
    expect((await a.status()).refusedConnections[0]).toMatchObject({ code: "certificate_missing" });
  });
});
