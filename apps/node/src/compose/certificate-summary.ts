import { X509Certificate } from "node:crypto";

/** Which certificate, and how long it is good. */
export interface CertificateSummary {
  /** SHA-256 of the DER: upper-case hexadecimal pairs with colons. */
  readonly fingerprintSha256: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Of a certificate that was checked when the configuration was read. */
export const summarizeCertificate = (der: Uint8Array): CertificateSummary => {
  const { fingerprint256, validFrom, validTo } = new X509Certificate(der);
  return { fingerprintSha256: fingerprint256, notBeforeMs: Date.parse(validFrom), notAfterMs: Date.parse(validTo) };
};
