import { X509Certificate } from "node:crypto";
import type { ConfigIssueCode } from "./config-issue.js";
import type { Remedy } from "./issue-log.js";
import { certificateLabelPattern } from "./pasted-line.js";

export type CertificateResult =
  | { readonly ok: true; readonly der: Uint8Array }
  | { readonly ok: false; readonly code: ConfigIssueCode; readonly reason: string; readonly remedy: Remedy };

/**
 * One DER certificate with an Ed25519 key from its base64 or base64url, padded or not. Strict: no other characters, no
 * bytes before or behind the certificate (OpenSSL ignores them, a pin must not). Its validity is not looked at: time is
 * the business of whoever connects.
 */
export const parseCertificate = (text: string): CertificateResult => {
  const label = certificateLabelPattern.exec(text);
  if (label !== null)
    return labelled(
      text
        .slice(label.index + label[0].length)
        .replaceAll('"', "")
        .trim(),
    );
  if (text.includes("-----BEGIN"))
    return invalid("this is PEM", { help: "keep only the base64 between its BEGIN and END lines, on one line" });
  const der = decodeBase64(text);
  if (der === undefined) return invalid("this is not base64", { help: whereToGetIt });
  const certificate = tryCertificate(der);
  if (certificate === undefined) return invalid("this base64 is not a certificate", { help: whereToGetIt });
  if (!certificate.raw.equals(der)) return invalid("this is more than one DER certificate", { help: whereToGetIt });
  const keyType = keyTypeOf(certificate);
  if (keyType !== "ed25519") {
    return invalid(`its key is ${keyType ?? "unreadable"}, nodes have Ed25519 keys`, { help: whereToGetIt });
  }
  return { ok: true, der };
};

/** The remedy for every certificate that is none. */
export const whereToGetIt =
  "on the partner, `concordat show-replication-certificate` prints it: paste what is in quotes";

const invalid = (reason: string, remedy: Remedy): CertificateResult => ({
  ok: false,
  code: "invalid_certificate",
  reason,
  remedy,
});

const labelled = (rest: string): CertificateResult => ({
  ok: false,
  code: "certificate_label",
  reason: 'the label "certificate:" is not part of the certificate',
  remedy: {
    suggestion: JSON.stringify(rest),
    help: `leave it out: "${rest.length > 12 ? `${rest.slice(0, 12)}…` : rest}"`,
  },
});

const decodeBase64 = (text: string): Uint8Array | undefined => {
  const digits = text.replace(/={1,2}$/, "");
  const isPaddedRight = digits === text || text.length % 4 === 0;
  const bytes = Buffer.from(digits, "base64");
  const isCanonical = [bytes.toString("base64").replace(/=+$/, ""), bytes.toString("base64url")].includes(digits);
  return isPaddedRight && isCanonical && bytes.length > 0 ? new Uint8Array(bytes) : undefined;
};

const tryCertificate = (der: Uint8Array): X509Certificate | undefined => {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
};

const keyTypeOf = (certificate: X509Certificate): string | undefined => {
  try {
    return certificate.publicKey.asymmetricKeyType;
  } catch {
    return undefined;
  }
};
