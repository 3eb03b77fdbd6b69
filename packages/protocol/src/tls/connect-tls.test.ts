import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../limits.js";
import { ProtocolError } from "../protocol-error.js";
import type { MadeCertificate } from "./testing/certificate-maker.js";
import { SUPPLIER, TlsFixture } from "./testing/tls-fixture.js";
import { APPLICATION_PROTOCOL, secureContextOptions } from "./tls-identity.js";

const fixture = new TlsFixture();
afterEach(() => fixture.closeAll());
afterAll(() => fixture.dispose());

const quick = { limits: { ...DEFAULT_LIMITS, handshakeTimeoutMs: 200 } };

const serve = async (server: Server): Promise<number> => {
  server.listen(0, "127.0.0.1");
  fixture.onDispose(() => server.close());
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
};

interface FakeSupplier {
  readonly port: number;
  /** Everything that a consumer said after the handshake. */
  readonly heard: Buffer[];
}

/** A TLS server that accepts everyone, with whatever certificate and settings. */
const fakeSupplier = async (identity: MadeCertificate, options: TlsOptions = {}): Promise<FakeSupplier> => {
  const heard: Buffer[] = [];
  const server = createTlsServer(
    {
      ...secureContextOptions(identity),
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: [APPLICATION_PROTOCOL],
      ...options,
    },
    (socket) => {
      socket.on("error", () => {});
      socket.on("data", (bytes) => heard.push(bytes));
      socket.write("\0\0\0\x01x");
    },
  );
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return { port: await serve(server), heard };
};

/** The error of an attempt that must fail. */
const failureOf = async (attempt: Promise<unknown>): Promise<ProtocolError> => {
  const outcome = await attempt.then(
    () => "connected",
    (error: unknown) => error,
  );
  if (outcome instanceof ProtocolError) return outcome;
  throw new Error("expected a ProtocolError", { cause: outcome });
};

describe("the network", () => {
  it("says when the name does not resolve", async () => {
    // A label over 63 characters: no name service is asked.
    const host = `${"x".repeat(64)}.invalid`;
    const error = await failureOf(fixture.connect(8444, { host }));
    expect(error).toMatchObject({ code: "name_not_resolved", blame: "network", retryable: true });
    expect(error.message).toContain(host);
  });

  it("says where nothing listens", async () => {
    const server = createTcpServer();
    const port = await serve(server);
    server.close();
    await once(server, "close");
    const error = await failureOf(fixture.connect(port));
    expect(error).toMatchObject({ code: "connection_refused", blame: "network", retryable: true });
    expect(error.message).toContain(`127.0.0.1:${port} (ECONNREFUSED)`);
  });

  it("gives up on a peer that accepts and says nothing, and closes the socket", async () => {
    const server = createTcpServer();
    const accepted = once(server, "connection");
    const port = await serve(server);
    const error = await failureOf(fixture.connect(port, quick));
    expect(error).toMatchObject({ code: "timeout", retryable: true });
    expect(error.message).toContain(`127.0.0.1:${port}`);
    const [socket] = await accepted;
    socket.resume();
    await once(socket, "close");
  });

  it("says when the peer hangs up in the handshake", async () => {
    const port = await serve(createTcpServer((socket) => socket.end()));
    expect(await failureOf(fixture.connect(port))).toMatchObject({ code: "connection_lost", retryable: true });
  });

  it("gives up when the signal says so, before and during", async () => {
    const reason = new Error("shutting down");
    const port = await serve(createTcpServer((socket) => socket.on("error", () => {})));
    const controller = new AbortController();
    const attempt = failureOf(fixture.connect(port, { signal: controller.signal }));
    controller.abort(reason);
    expect(await attempt).toMatchObject({ code: "closed", blame: "caller", cause: reason });
    expect(await failureOf(fixture.connect(port, { signal: controller.signal }))).toMatchObject({ code: "closed" });
  });

  it("leaves a connected channel alone when the signal comes later", async () => {
    const { listener, channels } = await fixture.listen();
    const controller = new AbortController();
    const consumer = await fixture.connect(listener.address.port, { signal: controller.signal });
    controller.abort();
    await consumer.send([Uint8Array.of(1)]);
    expect(await (await channels.next()).receive()).toEqual(Uint8Array.of(1));
  });
});

describe("the version", () => {
  it.each<[string, TlsOptions]>([
    ["TLS 1.2", { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" }],
    ["concordat/2", { ALPNProtocols: ["concordat/2"] }],
    ["no application protocol", { ALPNProtocols: [] }],
  ])("refuses a supplier of %s, naming what this node speaks", async (_name, options) => {
    const supplier = await fakeSupplier(fixture.supplier, options);
    const error = await failureOf(fixture.connect(supplier.port));
    expect(error).toMatchObject({ code: "version", blame: "peer", retryable: false });
    expect(error.message).toContain("this node speaks concordat/1 over TLS 1.3 only");
    expect(error.message).toContain(`127.0.0.1:${supplier.port}`);
  });

  it("refuses what is not TLS at all", async () => {
    const http = createHttpServer();
    const port = await serve(http);
    expect(await failureOf(fixture.connect(port))).toMatchObject({ code: "version" });
    const greeter = await serve(createTcpServer((socket) => socket.on("error", () => {}).end("220 ready\r\n")));
    expect(await failureOf(fixture.connect(greeter))).toMatchObject({ code: "version" });
  });
});

describe("the certificate", () => {
  it("refuses one that is not pinned, with both fingerprints and the origin, having said nothing", async () => {
    const other = fixture.certificates.make();
    const supplier = await fakeSupplier(other);
    const error = await failureOf(fixture.connect(supplier.port));
    expect(error).toMatchObject({ code: "certificate_not_pinned", blame: "peer", retryable: false });
    expect(error.message).toContain(
      `expected the certificate with fingerprint ${fixture.supplier.fingerprint} for ${SUPPLIER}, got ${other.fingerprint} from 127.0.0.1:${supplier.port}`,
    );
    expect(other.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(supplier.heard).toEqual([]);
  });

  it("names both pins while the partner renews, and accepts either", async () => {
    const renewed = fixture.certificates.make();
    const pins = [fixture.supplier.der, renewed.der];
    const stranger = await fakeSupplier(fixture.certificates.make());
    const error = await failureOf(fixture.connect(stranger.port, { pins }));
    expect(error.message).toContain(`${fixture.supplier.fingerprint} or ${renewed.fingerprint}`);
    for (const identity of [fixture.supplier, renewed]) {
      const supplier = await fakeSupplier(identity);
      expect((await fixture.connect(supplier.port, { pins })).partner).toBe(SUPPLIER);
    }
  });

  it("accepts either of two pins with the same subject, and of the same key", async () => {
    const first = fixture.certificates.make({ subject: "same" });
    const second = fixture.certificates.make({ subject: "same" });
    const third = fixture.certificates.make({ subject: "same", keyOf: second });
    for (const pair of [
      [first, second],
      [second, third],
    ] as const) {
      for (const identity of pair) {
        const { port } = await fakeSupplier(identity);
        expect((await fixture.connect(port, { pins: pair.map(({ der }) => der) })).partner).toBe(SUPPLIER);
      }
    }
  });

  it("refuses a new certificate of the pinned key", async () => {
    const { port } = await fakeSupplier(fixture.certificates.make({ keyOf: fixture.supplier }));
    expect(await failureOf(fixture.connect(port))).toMatchObject({ code: "certificate_not_pinned" });
  });

  it("trusts nobody without pins, whatever the system trusts", async () => {
    const { port } = await fakeSupplier(fixture.supplier);
    const error = await failureOf(fixture.connect(port, { pins: [] }));
    expect(error).toMatchObject({ code: "certificate_not_pinned" });
    expect(error.message).toContain("none is pinned");
  });

  it("refuses a pinned authority, and what it issues", async () => {
    const authority = fixture.certificates.make({ isAuthority: true, subject: "authority" });
    const issued = fixture.certificates.make({ issuer: authority });
    for (const identity of [authority, issued]) {
      const { port } = await fakeSupplier(identity);
      const error = await failureOf(fixture.connect(port, { pins: [authority.der] }));
      expect(error).toMatchObject({ code: "certificate_not_pinned" });
    }
    const { port } = await fakeSupplier(issued);
    const error = await failureOf(fixture.connect(port, { pins: [issued.der] }));
    expect(error).toMatchObject({ code: "certificate_not_pinned" });
    expect(error.message).toContain("not a self-signed one");
  });

  it("refuses a pinned certificate that is not for servers", async () => {
    const clientOnly = fixture.certificates.make({ usage: "clientAuth" });
    const { port } = await fakeSupplier(clientOnly);
    const error = await failureOf(fixture.connect(port, { pins: [clientOnly.der] }));
    expect(error.message).toContain("INVALID_PURPOSE");
  });

  it("refuses a pinned certificate that has expired, by the system's clock and by the caller's", async () => {
    const expired = fixture.certificates.make({ days: -1 });
    const gone = await fakeSupplier(expired);
    const error = await failureOf(fixture.connect(gone.port, { pins: [expired.der] }));
    expect(error).toMatchObject({ code: "certificate_expired", blame: "peer" });
    expect(error.message).toContain(`${SUPPLIER} (fingerprint ${expired.fingerprint})`);
    expect(error.message).toContain(new Date(expired.validToMs).toISOString());

    const shortLived = fixture.certificates.make({ days: 2 });
    const { port } = await fakeSupplier(shortLived);
    const nowMs = () => shortLived.validToMs + 1;
    const later = await failureOf(fixture.connect(port, { pins: [shortLived.der], nowMs }));
    expect(later).toMatchObject({ code: "certificate_expired", blame: "peer" });
    const early = await failureOf(fixture.connect(port, { pins: [shortLived.der], nowMs: () => 0 }));
    expect(early).toMatchObject({ code: "certificate_expired", blame: "peer" });
  });

  it("does not try with an expired certificate of its own", async () => {
    const identity = fixture.certificates.make({ days: -1 });
    const error = await failureOf(fixture.connect(1, { identity }));
    expect(error).toMatchObject({ code: "certificate_expired", blame: "us" });
  });

  it("closes a live channel when the certificate's time is over", async () => {
    let nowMs = fixture.supplier.validToMs - 200;
    const { port } = await fakeSupplier(fixture.supplier);
    const identity = fixture.certificates.make({ days: 60 });
    const consumer = await fixture.connect(port, { identity, nowMs: () => nowMs });
    expect(await consumer.receive()).toEqual(Uint8Array.of(120));
    nowMs = fixture.supplier.validToMs + 1;
    await expect(consumer.receive()).rejects.toMatchObject({ code: "certificate_expired" });
  });

  it("reports the alert with which another implementation refuses this node's", async () => {
    const stranger = fixture.certificates.make();
    const server = spawn(
      "openssl",
      [
        ..."s_server -accept 127.0.0.1:0 -tls1_3 -Verify 1 -verify_return_error -alpn concordat/1".split(" "),
        ...["-cert", fixture.certificates.file(fixture.supplier), "-CAfile", fixture.certificates.file(stranger)],
      ],
      { stdio: ["pipe", "pipe", "ignore"] },
    );
    fixture.onDispose(() => server.kill());
    let printed = "";
    while (!/ACCEPT \S+:(\d+)/.test(printed)) printed += String((await once(server.stdout, "data"))[0]);
    const consumer = await fixture.connect(Number(/ACCEPT \S+:(\d+)/.exec(printed)?.[1]));
    const error = await failureOf(consumer.receive());
    expect(error).toMatchObject({ code: "certificate_refused", blame: "us" });
  });
});
