import { constants, X509Certificate } from "node:crypto";
import type { SecureContextOptions } from "node:tls";

/** Protocol and major version, as ALPN carries them. */
export const APPLICATION_PROTOCOL = "concordat/1";

/** What a node shows of itself: its self-signed Ed25519 certificate, and the key to it (PKCS#8), both PEM. */
export interface TlsIdentity {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/**
 * The whole of what either side lets OpenSSL negotiate: TLS 1.3 and Ed25519, nothing to resume with.
 *
 * `ca: []` on both sides, for there is no authority: left out, it would mean the system's roots; with the pins in it, the
 * server would send every partner's subject, and so its key's fingerprint, to any stranger who opens a connection (they
 * become the `certificate_authorities` of its CertificateRequest), and two pins with one subject would hide each other.
 * What OpenSSL then says of a good certificate is that it is self-signed, and nothing else: `checkPeer`.
 *
 * @throws the error of OpenSSL when certificate and key do not parse or do not belong together.
 */
export const secureContextOptions = (identity: TlsIdentity): SecureContextOptions => ({
  cert: identity.certificatePem,
  key: identity.privateKeyPem,
  ca: [],
  minVersion: "TLSv1.3",
  maxVersion: "TLSv1.3",
  sigalgs: "ed25519",
  secureOptions: constants.SSL_OP_NO_TICKET,
});

/** Until when the identity's own certificate is valid, in milliseconds since the Unix epoch. */
export const identityValidToMs = (identity: TlsIdentity): number =>
  Date.parse(new X509Certificate(identity.certificatePem).validTo);
