import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { frameHeader } from "../frame.js";
import { DEFAULT_LIMITS } from "../limits.js";
import type { MadeCertificate } from "./testing/certificate-maker.js";
import { CONSUMER, closed, type Served, TlsFixture } from "./testing/tls-fixture.js";

const fixture = new TlsFixture();
afterEach(() => fixture.closeAll());
afterAll(() => fixture.dispose());

const OTHER = "repl://other.example:8444";

const portOf = (served: Served): number => served.listener.address.port;

/** Connects as a consumer with that certificate, and says what came back: nothing, in a refusal. */
const knock = async (served: Served, options: ConnectionOptions | MadeCertificate = {}): Promise<Buffer> => {
  const tls = "der" in options ? { cert: options.certificatePem, key: options.privateKeyPem } : options;
  const socket = fixture.stranger(portOf(served), tls);
  const received: Buffer[] = [];
  socket.on("data", (bytes) => received.push(bytes));
  await closed(socket);
  return Buffer.concat(received);
};

/** What broke a connection, when it has closed; undefined for a clean end. */
const failure = async (socket: TLSSocket): Promise<unknown> => {
  let broken: unknown;
  socket.on("error", (error) => {
    broken = error;
  });
  await closed(socket);
  return broken;
};

/** The listener still serves who may come. */
const expectServing = async (served: Served): Promise<void> => {
  const consumer = await fixture.connect(portOf(served));
  const supplier = await served.channels.next();
  await consumer.send([Uint8Array.of(1)]);
  expect(await supplier.receive()).toEqual(Uint8Array.of(1));
};

describe("strangers", () => {
  it("refuses a certificate that is not pinned: a clean end for the peer, the fingerprint for the operator", async () => {
    const served = await fixture.listen();
    const stranger = fixture.certificates.make();
    const consumer = await fixture.connect(portOf(served), { identity: stranger });
    // What a consumer says before it learns of the refusal does not turn the end into a reset.
    await consumer.send([new Uint8Array(1_000)]).catch(() => {});
    expect(await consumer.receive()).toBeUndefined();
    const refusal = await served.refusals.next();
    expect(refusal).toMatchObject({ remoteAddress: "127.0.0.1", error: { code: "certificate_not_pinned" } });
    expect(refusal).not.toHaveProperty("partner");
    expect(refusal.error.message).toContain(`got the certificate with fingerprint ${stranger.fingerprint}`);
    expect(served.channels.size).toBe(0);
    await expectServing(served);
  });

  it("says whom a refused certificate probably belongs to", async () => {
    const served = await fixture.listen();
    const named = fixture.certificates.make({ subjectAltName: "DNS:consumer.example" });
    const sameKey = fixture.certificates.make({ keyOf: fixture.consumer });
    for (const certificate of [named, sameKey]) {
      expect((await knock(served, certificate)).length).toBe(0);
      const { error, partner } = await served.refusals.next();
      expect(error.message).toContain(
        `expected the certificate with fingerprint ${fixture.consumer.fingerprint} for ${CONSUMER}, got ${certificate.fingerprint}`,
      );
      // A name is a claim; a key is proven.
      expect(partner).toBe(certificate === sameKey ? CONSUMER : undefined);
    }
  });

  it("shows a stranger no partner's name", async () => {
    const served = await fixture.listen();
    const client = spawn("openssl", ["s_client", "-alpn", "concordat/1", "-connect", `127.0.0.1:${portOf(served)}`]);
    fixture.onDispose(() => client.kill());
    client.stdin.end();
    const printed = Buffer.concat(await client.stdout.toArray()).toString();
    expect(printed).toContain("TLSv1.3");
    expect(printed).toContain("No client certificate CA names sent");
  });

  it("refuses a peer without a certificate", async () => {
    const served = await fixture.listen();
    expect((await knock(served, { cert: "", key: "" })).length).toBe(0);
    expect(await served.refusals.next()).toMatchObject({ error: { code: "certificate_missing" } });
  });

  it("trusts nobody without partners", async () => {
    const served = await fixture.listen({ partners: new Map() });
    await knock(served);
    expect(await served.refusals.next()).toMatchObject({ error: { code: "certificate_not_pinned" } });
  });

  it("refuses TLS 1.2 in the handshake", async () => {
    const served = await fixture.listen();
    const options = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2", sigalgs: undefined } as const;
    const socket = fixture.stranger(portOf(served), options);
    expect(await failure(socket)).toMatchObject({ code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" });
    const { error } = await served.refusals.next();
    expect(error).toMatchObject({ code: "version", blame: "peer" });
    expect(error.message).toContain("this node speaks concordat/1 over TLS 1.3 only");
  });

  it("takes no signature but Ed25519, pinned or not", async () => {
    const elliptic = fixture.certificates.make({ keyAlgorithm: "EC" });
    const served = await fixture.listen({ partners: new Map([[CONSUMER, [elliptic.der]]]) });
    await knock(served, { cert: elliptic.certificatePem, key: elliptic.privateKeyPem, sigalgs: undefined });
    expect(await served.refusals.next()).toMatchObject({ error: { code: "certificate_missing" } });
  });

  it("ends a refused connection without a reset, however much the peer has sent by then", async () => {
    const served = await fixture.listen({ partners: new Map() });
    const socket = fixture.stranger(portOf(served));
    socket.write(new Uint8Array(4 * 1024 * 1024));
    expect(await failure(socket)).toBeUndefined();
    expect(await served.refusals.next()).toMatchObject({ error: { code: "certificate_not_pinned" } });
  });

  it("refuses another application protocol, naming both, and none", async () => {
    const served = await fixture.listen();
    await knock(served, { ALPNProtocols: ["concordat/2", "h2\n"] });
    const { error } = await served.refusals.next();
    expect(error).toMatchObject({ code: "version" });
    expect(error.message).toContain("offers concordat/2, h2?; this node speaks concordat/1");
    await knock(served, { ALPNProtocols: undefined });
    expect((await served.refusals.next()).error.message).toContain("no application protocol");
  });

  it("resumes no session", async () => {
    const served = await fixture.listen();
    const first = fixture.stranger(portOf(served));
    const [session] = await once(first, "session");
    await served.channels.next();
    const again = fixture.stranger(portOf(served), { session });
    await once(again, "secureConnect");
    expect(again.isSessionReused()).toBe(false);
    expect((await served.channels.next()).partner).toBe(CONSUMER);
  });

  it("refuses plain HTTP, and connections that end at once or are reset", async () => {
    const served = await fixture.listen();
    const http = fixture.tcp(portOf(served));
    http.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await closed(http);
    const refusal = await served.refusals.next();
    expect(refusal).toMatchObject({ remoteAddress: "127.0.0.1", error: { code: "version" } });
    expect(refusal.error.message).toContain("plain HTTP");
    for (const end of ["end", "resetAndDestroy"] as const) {
      const socket = fixture.tcp(portOf(served));
      await once(socket, "connect");
      socket[end]();
      expect(await served.refusals.next()).toMatchObject({
        remoteAddress: "127.0.0.1",
        error: { code: "connection_lost" },
      });
    }
    await expectServing(served);
  });

  it("drops who does not finish the handshake in time, silent or trickling", async () => {
    const served = await fixture.listen({ limits: { ...DEFAULT_LIMITS, handshakeTimeoutMs: 300 } });
    const silent = fixture.tcp(portOf(served));
    const trickling = fixture.tcp(portOf(served));
    // The beginning of a ClientHello, and then a byte at a time.
    trickling.write(Uint8Array.of(0x16, 3, 1, 1, 0, 1, 0, 0, 0xfc, 3, 3));
    const trickle = setInterval(() => trickling.write("x"), 20);
    await Promise.all([closed(silent), closed(trickling)]).finally(() => clearInterval(trickle));
    for (let i = 0; i < 2; i += 1) {
      expect(await served.refusals.next()).toMatchObject({ remoteAddress: "127.0.0.1", error: { code: "timeout" } });
    }
    await expectServing(served);
  });
});

describe("strangers who hold connections open", () => {
  it("keep no partner out, however many they hold: the oldest make room", async () => {
    const served = await fixture.listen({ limits: { ...DEFAULT_LIMITS, handshakeTimeoutMs: 120_000 } });
    const silent = Array.from({ length: 300 }, () => fixture.tcp(portOf(served)));
    const first = silent[0] as Socket;
    await closed(first);
    expect(await served.refusals.next()).toMatchObject({ error: { code: "too_many_connections" } });
    await expectServing(served);
  });
});

describe("partners", () => {
  it("tells partners apart by their certificates", async () => {
    const other = fixture.certificates.make();
    const partners = new Map([
      [CONSUMER, [fixture.consumer.der]],
      [OTHER, [other.der]],
    ]);
    const served = await fixture.listen({ partners });
    await fixture.connect(portOf(served), { identity: other });
    expect((await served.channels.next()).partner).toBe(OTHER);
    await fixture.connect(portOf(served));
    expect((await served.channels.next()).partner).toBe(CONSUMER);
  });

  it("accepts both certificates of a partner that renews, with one subject too", async () => {
    const old = fixture.certificates.make({ subject: "renewing" });
    const renewed = fixture.certificates.make({ subject: "renewing" });
    const served = await fixture.listen({ partners: new Map([[CONSUMER, [old.der, renewed.der]]]) });
    for (const identity of [old, renewed]) {
      await fixture.connect(portOf(served), { identity });
      expect((await served.channels.next()).partner).toBe(CONSUMER);
    }
  });

  it("refuses an expired certificate by either clock, naming the partner", async () => {
    const expired = fixture.certificates.make({ days: -1 });
    const bySystem = await fixture.listen({ partners: new Map([[CONSUMER, [expired.der]]]) });
    await knock(bySystem, expired);
    expect(await bySystem.refusals.next()).toMatchObject({
      partner: CONSUMER,
      error: { code: "certificate_expired" },
    });
    const byCaller = await fixture.listen({ nowMs: () => fixture.consumer.validToMs + 1 });
    await knock(byCaller, fixture.consumer);
    const { error, partner } = await byCaller.refusals.next();
    expect(error).toMatchObject({ code: "certificate_expired", blame: "peer" });
    expect(error.message).toContain(fixture.consumer.fingerprint);
    expect(partner).toBe(CONSUMER);
  });

  it("refuses a pinned authority, and what it issues", async () => {
    const authority = fixture.certificates.make({ isAuthority: true, subject: "authority" });
    const issued = fixture.certificates.make({ issuer: authority });
    const served = await fixture.listen({ partners: new Map([[CONSUMER, [authority.der]]]) });
    await knock(served, issued);
    expect((await served.refusals.next()).error.message).toContain(issued.fingerprint);
    await knock(served, authority);
    expect((await served.refusals.next()).error.message).toContain("CA:TRUE");
  });

  it("gives a partner so many connections, and a free one when one has gone", async () => {
    const limits = { ...DEFAULT_LIMITS, connectionsPerPartnerMax: 2 };
    const served = await fixture.listen({ limits });
    const first = await fixture.connect(portOf(served));
    await fixture.connect(portOf(served));
    const supplier = await served.channels.next();
    await served.channels.next();
    const third = await fixture.connect(portOf(served));
    await expect(third.receive()).rejects.toMatchObject({ code: "connection_lost" });
    expect(await served.refusals.next()).toMatchObject({ partner: CONSUMER, error: { code: "too_many_connections" } });
    await Promise.all([first.close(), supplier.receive()]);
    await supplier.close();
    await fixture.connect(portOf(served));
    await served.channels.next();
  });
});

describe("update", () => {
  it("closes live channels whose certificate is no longer pinned, and no others", async () => {
    const other = fixture.certificates.make();
    const served = await fixture.listen({
      partners: new Map([
        [CONSUMER, [fixture.consumer.der]],
        [OTHER, [other.der]],
      ]),
    });
    const dropped = await fixture.connect(portOf(served));
    const droppedHere = await served.channels.next();
    const kept = await fixture.connect(portOf(served), { identity: other });
    const keptHere = await served.channels.next();
    const waiting = expect(droppedHere.receive()).rejects.toMatchObject({
      code: "certificate_not_pinned",
      blame: "us",
    });
    served.listener.update({ partners: new Map([[OTHER, [other.der]]]) });
    await waiting;
    expect(await dropped.receive()).toBeUndefined();
    await kept.send([Uint8Array.of(1)]);
    expect(await keptHere.receive()).toEqual(Uint8Array.of(1));
    await knock(served);
    expect(await served.refusals.next()).toMatchObject({ error: { code: "certificate_not_pinned" } });
  });

  it("shows a renewed identity to new connections, under the same protocol rules", async () => {
    const served = await fixture.listen();
    const live = await fixture.connect(portOf(served));
    const liveHere = await served.channels.next();
    const renewed = fixture.certificates.make();
    served.listener.update({ identity: renewed });
    await fixture.connect(portOf(served), { pins: [renewed.der] });
    await served.channels.next();
    await live.send([Uint8Array.of(1)]);
    expect(await liveHere.receive()).toEqual(Uint8Array.of(1));
    await knock(served, { minVersion: "TLSv1.2", maxVersion: "TLSv1.2", sigalgs: undefined });
    expect(await served.refusals.next()).toMatchObject({ error: { code: "version" } });
  });

  it("changes nothing when the new partners are broken", async () => {
    const served = await fixture.listen();
    expect(() => served.listener.update({ partners: new Map([[OTHER, [Uint8Array.of(1)]]]) })).toThrow(TypeError);
    await expectServing(served);
  });
});

describe("a live certificate's end", () => {
  it("closes the channel", async () => {
    let nowMs = fixture.consumer.validToMs - 200;
    const served = await fixture.listen({ nowMs: () => nowMs });
    await fixture.connect(portOf(served));
    const supplier = await served.channels.next();
    nowMs = fixture.consumer.validToMs + 1;
    await expect(supplier.receive()).rejects.toMatchObject({ code: "certificate_expired" });
  });
});

describe("close", () => {
  it("ends channels cleanly, drops the unfinished, and frees the port", async () => {
    const served = await fixture.listen();
    const port = portOf(served);
    const consumer = await fixture.connect(port);
    const supplier = await served.channels.next();
    const idle = fixture.tcp(port);
    await once(idle, "connect");
    const waiting = expect(supplier.receive()).rejects.toMatchObject({ code: "closed" });
    const [received] = await Promise.all([consumer.receive(), served.listener.close(), closed(idle)]);
    expect(received).toBeUndefined();
    await waiting;
    await expect(fixture.connect(port)).rejects.toMatchObject({ code: "connection_refused" });
    await fixture.listen({ port });
  });

  it("does not wait for a peer that never ends", async () => {
    const served = await fixture.listen();
    const peer: TLSSocket = fixture.stranger(portOf(served));
    await served.channels.next();
    peer.pause();
    peer.write(frameHeader(10));
    await served.listener.close();
  });

  it("rejects with the system's error when the address is taken", async () => {
    const served = await fixture.listen();
    await expect(fixture.listen({ port: portOf(served) })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
