import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { ProtocolError } from "../protocol-error.js";
import type { PeerVerdict } from "./check-peer.js";
import { type Pin, type PinSet, publicKeyOf } from "./pin.js";
import { APPLICATION_PROTOCOL } from "./tls-identity.js";

export type Refusal = Exclude<PeerVerdict, { readonly kind: "trusted" }>;

/** Who was expected, as far as that is known. */
export interface Expectation {
  readonly partner: string;
  readonly fingerprints: readonly string[];
}

/**
 * What to tell an operator about a peer that was refused.
 *
 * @param peer where the peer is, for the message: `192.0.2.1:8444`.
 */
export const peerRefusal = (refusal: Refusal, peer: string, expected: Expectation | undefined): ProtocolError => {
  switch (refusal.kind) {
    case "other-version":
      return versionMismatch(
        `${peer} settled on ${refusal.tlsVersion} and ${refusal.applicationProtocol ?? "no application protocol"}`,
      );
    case "session-reused":
      return refused("certificate_missing", `${peer} resumed an earlier session, which proves no certificate`);
    case "certificate-missing":
      return refused(
        "certificate_missing",
        `${peer} presented no certificate: only partners with a pinned certificate may connect`,
      );
    case "not-pinned":
      return refused("certificate_not_pinned", notPinnedMessage(refusal.certificate, peer, expected));
    case "authority":
      return refused(
        "certificate_not_pinned",
        `the certificate pinned for ${named(refusal.pin)} is an authority's (CA:TRUE): have it renewed there, then pin the new one here`,
      );
    case "not-valid-now":
      return certificateExpired(refusal.pin);
    case "not-self-signed":
      return refused(
        "certificate_not_pinned",
        `the certificate pinned for ${named(refusal.pin)} is not a self-signed one for both client and server (${refusal.verifyError}): have it renewed there, then pin the new one here`,
      );
  }
};

/** The peer's certificate is one of the pinned, and its time is over or has not come. */
export const certificateExpired = (pin: Pin): ProtocolError =>
  refused(
    "certificate_expired",
    `the certificate of ${named(pin)} is valid from ${isoDate(pin.validFromMs)} to ${isoDate(pin.validToMs)} only: have it renewed there, then pin the new one here; if it should be valid, compare the clocks`,
  );

/** The connection lives, but the configuration has dropped its certificate. */
export const noLongerPinned = (pin: Pin): ProtocolError =>
  new ProtocolError("certificate_not_pinned", `the certificate of ${named(pin)} is no longer pinned`, { blame: "us" });

/** @param peerVersion a clause that says what the peer speaks. */
export const versionMismatch = (peerVersion: string, cause?: unknown): ProtocolError =>
  new ProtocolError(
    "version",
    `${peerVersion}; this node speaks ${APPLICATION_PROTOCOL} over TLS 1.3 only: run the same major version on both, and check host and port`,
    { blame: "peer", cause },
  );

/**
 * Whom a refused stranger probably is: the holder of a pinned key with another certificate, or, of what may be anyone's
 * claim, the only partner whose host its certificate names.
 */
export const probablePartner = (certificate: X509Certificate, pins: PinSet): Expectation | undefined => {
  const partner = partnerByKey(certificate, pins) ?? partnerByHost(certificate, pins);
  return partner === undefined ? undefined : expectationOf(partner, pins);
};

/** The partner that certainly holds the key of a certificate that is not pinned. */
export const partnerByKey = (certificate: X509Certificate, pins: PinSet): string | undefined => {
  const publicKey = publicKeyOf(certificate);
  return [...pins.values()].find((pin) => pin.publicKey.equals(publicKey))?.partner;
};

export const expectationOf = (partner: string, pins: PinSet): Expectation => ({
  partner,
  fingerprints: [...pins.values()].filter((pin) => pin.partner === partner).map((pin) => pin.fingerprint),
});

const partnerByHost = (certificate: X509Certificate, pins: PinSet): string | undefined => {
  const partners = new Set([...pins.values()].map((pin) => pin.partner));
  const claimed = [...partners].filter((partner) => namesHostOf(certificate, partner));
  return claimed.length === 1 ? claimed[0] : undefined;
};

const namesHostOf = (certificate: X509Certificate, origin: string): boolean => {
  if (!URL.canParse(origin)) return false;
  const host = new URL(origin).hostname.replace(/^\[|\]$/g, "");
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
};

const notPinnedMessage = (certificate: X509Certificate, peer: string, expected: Expectation | undefined): string => {
  const got = certificate.fingerprint256;
  if (expected === undefined) {
    return `got the certificate with fingerprint ${got} from ${peer}, which is pinned for no partner: if it is a partner's, pin it for that partner`;
  }
  const wanted = expected.fingerprints.join(" or ") || "(none is pinned)";
  return `expected the certificate with fingerprint ${wanted} for ${expected.partner}, got ${got} from ${peer}: if that partner has a new certificate, pin what its show-replication-certificate prints; if not, this is somebody else`;
};

const refused = (
  code: "certificate_missing" | "certificate_not_pinned" | "certificate_expired",
  message: string,
): ProtocolError => new ProtocolError(code, message, { blame: "peer" });

const named = (pin: Pin): string => `${pin.partner} (fingerprint ${pin.fingerprint})`;

const isoDate = (ms: number): string => (Number.isFinite(ms) ? new Date(ms).toISOString() : "an unreadable date");
