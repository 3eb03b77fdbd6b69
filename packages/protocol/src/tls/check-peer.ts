import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { type Pin, type PinSet, publicKeyOf } from "./pin.js";
import { APPLICATION_PROTOCOL } from "./tls-identity.js";

/** What is known of the other side when the handshake is done, before a byte went either way. */
export interface PeerFacts {
  readonly tlsVersion: string | null;
  /** What ALPN settled on; not a string when the peer left it out. */
  readonly applicationProtocol: string | false | null;
  readonly isSessionReused: boolean;
  readonly certificate: X509Certificate | undefined;
  /** OpenSSL's last complaint about the certificate, by its name. */
  readonly verifyError: string;
}

export type PeerVerdict =
  | { readonly kind: "trusted"; readonly pin: Pin }
  | { readonly kind: "session-reused" }
  | { readonly kind: "other-version"; readonly tlsVersion: string; readonly applicationProtocol: string | undefined }
  | { readonly kind: "certificate-missing" }
  | { readonly kind: "not-pinned"; readonly certificate: X509Certificate }
  | { readonly kind: "authority"; readonly pin: Pin }
  | { readonly kind: "not-valid-now"; readonly pin: Pin }
  | { readonly kind: "not-self-signed"; readonly pin: Pin; readonly verifyError: string };

/** With no authority in its store, OpenSSL says this of every self-signed certificate that is otherwise in order. */
const SELF_SIGNED = "DEPTH_ZERO_SELF_SIGNED_CERT";
const OUT_OF_TIME: readonly string[] = ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"];

/**
 * Whether the other side is the holder of a pinned certificate, by the wire protocol's rules. Pure.
 *
 * Why this decides, and not Node's `rejectUnauthorized`: Node lets every handshake finish (its verify callback always
 * says yes) and only then destroys the socket, at which point nobody can say any more which certificate was refused. The
 * peer sees the same bytes either way. So both sides finish the handshake, in which OpenSSL has proven that the peer
 * holds the key of the certificate it shows, and ask here, in the same turn of the event loop and before anything is
 * read, written or handed on. It fails closed: one answer is `trusted`, and it needs
 *
 * - a full TLS 1.3 handshake (a resumed one skips the certificate) that agreed on `concordat/1`;
 * - the very bytes of a pinned certificate, and its public key; not a name, not an issuer;
 * - both clocks: the caller's, and the system's that OpenSSL goes by;
 * - OpenSSL to complain of nothing but the missing authority. Its complaints come in the order authority, purpose, time,
 *   and the last one stays, so that any other hides that one.
 */
export const checkPeer = (facts: PeerFacts, pins: PinSet, nowMs: number): PeerVerdict => {
  if (facts.tlsVersion !== "TLSv1.3" || facts.applicationProtocol !== APPLICATION_PROTOCOL) {
    return {
      kind: "other-version",
      tlsVersion: facts.tlsVersion ?? "no TLS",
      applicationProtocol: facts.applicationProtocol || undefined,
    };
  }
  if (facts.isSessionReused) return { kind: "session-reused" };
  if (facts.certificate === undefined) return { kind: "certificate-missing" };
  const pin = findPin(facts.certificate, pins);
  if (pin === undefined) return { kind: "not-pinned", certificate: facts.certificate };
  if (pin.isAuthority) return { kind: "authority", pin };
  if (OUT_OF_TIME.includes(facts.verifyError) || !isValidAt(pin, nowMs)) return { kind: "not-valid-now", pin };
  if (facts.verifyError !== SELF_SIGNED) return { kind: "not-self-signed", pin, verifyError: facts.verifyError };
  return { kind: "trusted", pin };
};

export const peerFacts = (socket: TLSSocket): PeerFacts => ({
  tlsVersion: socket.getProtocol(),
  applicationProtocol: socket.alpnProtocol,
  isSessionReused: socket.isSessionReused(),
  certificate: socket.getPeerX509Certificate(),
  verifyError: String(socket.authorizationError),
});

const findPin = (certificate: X509Certificate, pins: PinSet): Pin | undefined => {
  const pin = pins.get(certificate.fingerprint256);
  if (pin === undefined) return undefined;
  return pin.der.equals(certificate.raw) && pin.publicKey.equals(publicKeyOf(certificate)) ? pin : undefined;
};

/** Says no to a date that could not be read. */
const isValidAt = (pin: Pin, nowMs: number): boolean => nowMs >= pin.validFromMs && nowMs <= pin.validToMs;
