import { once } from "node:events";
import { connect, createServer, type TLSSocket } from "node:tls";
import { expect, test } from "vitest";
import { identityOf, seededBytes } from "../test/fixture.js";
import { type Certificate, readCertificate, sameCertificate } from "./certificate.js";
import { type Identity, renewIdentity } from "./identity.js";

const nowMs = Date.now();
const identity = (name: string) => identityOf(name, "repl://127.0.0.1:8444", nowMs);

interface Side {
  readonly own: Identity;
  readonly pins: readonly Identity[];
}

const tls = ({ own, pins }: Side) =>
  ({
    key: own.privateKeyPem,
    cert: own.certificate.pem,
    ca: pins.map(({ certificate }) => certificate.pem),
    minVersion: "TLSv1.3",
    sigalgs: "ed25519",
    rejectUnauthorized: true,
  }) as const;

const certificateOf = (socket: TLSSocket): Certificate =>
  readCertificate(socket.getPeerX509Certificate()?.raw ?? new Uint8Array());

/** The certificate that each side was shown, over a loopback connection; or why one of them refused. */
const handshake = async (
  server: Side,
  client: Side,
): Promise<{ server: Certificate; client: Certificate } | string> => {
  const listener = createServer({ ...tls(server), requestCert: true });
  await once(listener.listen(0, "127.0.0.1"), "listening");
  const address = listener.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  // No checkServerIdentity: Node's own check of the address against the certificate holds as well.
  const socket = connect({ ...tls(client), host: "127.0.0.1", port });
  try {
    return await new Promise((resolve) => {
      socket.once("error", (error) => resolve(`client: ${"code" in error ? error.code : error.message}`));
      listener.once("tlsClientError", (_, peer) => {
        if (peer.authorizationError) resolve(`server: ${peer.authorizationError}`);
      });
      listener.once("secureConnection", (accepted) => {
        const seenByServer = certificateOf(accepted);
        accepted.on("error", () => {});
        accepted.end("hello");
        socket.once("data", () => {
          expect([socket.getProtocol(), accepted.getProtocol()]).toEqual(["TLSv1.3", "TLSv1.3"]);
          resolve({ server: seenByServer, client: certificateOf(socket) });
        });
      });
    });
  } finally {
    socket.destroy();
    listener.close();
  }
};

test("two identities that pin each other shake hands over TLS 1.3, and each sees the other's certificate", async () => {
  const [a, b] = [identity("a"), identity("b")];
  const seen = await handshake({ own: a, pins: [b] }, { own: b, pins: [a] });
  if (typeof seen === "string") throw new Error(seen);
  expect(sameCertificate(seen.client, a.certificate)).toBe(true);
  expect(sameCertificate(seen.server, b.certificate)).toBe(true);
});

test("while a partner renews, both of its certificates are accepted", async () => {
  const [a, old] = [identity("a"), identity("b")];
  const renewed = renewIdentity(old, { nowMs, randomBytes: seededBytes("renewed") });
  for (const pins of [
    [old, renewed],
    [renewed, old],
  ]) {
    for (const own of pins) {
      expect(await handshake({ own: a, pins }, { own, pins: [a] })).toMatchObject({ server: own.certificate });
      expect(await handshake({ own, pins: [a] }, { own: a, pins })).toMatchObject({ client: own.certificate });
    }
  }
});

test("an identity that is not pinned is refused by either side", async () => {
  const [a, b, stranger] = [identity("a"), identity("b"), identity("stranger")];
  expect(await handshake({ own: a, pins: [b] }, { own: stranger, pins: [a] })).toBe(
    "server: DEPTH_ZERO_SELF_SIGNED_CERT",
  );
  expect(await handshake({ own: stranger, pins: [b] }, { own: b, pins: [a] })).toBe(
    "client: DEPTH_ZERO_SELF_SIGNED_CERT",
  );
});

test("an expired identity is refused, though pinned", async () => {
  const expired = identityOf("expired", "repl://127.0.0.1:8444", nowMs - 5 * 366 * 24 * 60 * 60 * 1000);
  const b = identity("b");
  expect(await handshake({ own: expired, pins: [b] }, { own: b, pins: [expired] })).toBe("client: CERT_HAS_EXPIRED");
});
