import type { Certificate } from "./certificate.js";

/** Whether a certificate may be used at a time, and how far that time is from the next change of the answer. */
export type CertificateValidity =
  | { readonly kind: "valid" /** Until it expires; above 0. */; readonly remainingMs: number }
  | { readonly kind: "expired" /** Since it expired; 0 at `notAfterMs` itself. */; readonly expiredForMs: number }
  | { readonly kind: "not-yet-valid" /** Until it becomes valid; above 0. */; readonly startsInMs: number };

/**
 * Valid is `notBeforeMs <= nowMs < notAfterMs`: as OpenSSL judges in the handshake (RFC 5280 counts the last
 * second in), so that what is called valid here is never refused there. Pure.
 */
export const certificateValidity = (
  certificate: Pick<Certificate, "notBeforeMs" | "notAfterMs">,
  nowMs: number,
): CertificateValidity => {
  if (nowMs < certificate.notBeforeMs) return { kind: "not-yet-valid", startsInMs: certificate.notBeforeMs - nowMs };
  if (nowMs >= certificate.notAfterMs) return { kind: "expired", expiredForMs: nowMs - certificate.notAfterMs };
  return { kind: "valid", remainingMs: certificate.notAfterMs - nowMs };
};
