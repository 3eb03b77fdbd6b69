import type { NodeCertificates } from "../renewal/node-certificates.js";

/** How far the node is with another certificate. */
export interface RenewalJson {
  readonly successorFingerprintSha256: string;
  /** Partners that accept it, and those that have not said so. */
  readonly having: readonly string[];
  readonly waitingFor: readonly string[];
  /** When the node goes over to it at the latest. */
  readonly until: string;
}

/** A certificate that a partner has announced, signed with the one before it. */
export interface LearnedCertificateJson {
  readonly fingerprintSha256: string;
  readonly signedBy: string;
  readonly learnedAt: string;
  /** Since then those before it are not accepted any more. */
  readonly inUseSince?: string;
}

/** `undefined` while none is on its way. */
export const renewalJson = ({ renewal }: NodeCertificates): RenewalJson | undefined => {
  if (renewal.progress === undefined) return undefined;
  const { successor, having, waitingFor, untilMs } = renewal.progress;
  const until = new Date(untilMs).toISOString();
  return { successorFingerprintSha256: successor.fingerprintSha256, having, waitingFor, until };
};

export const learnedCertificatesJson = (certificates: NodeCertificates, origin: string): LearnedCertificateJson[] =>
  certificates.partners.learned(origin).map(({ fingerprintSha256, signedBy, learnedAtMs, inUseSinceMs }) => ({
    fingerprintSha256,
    signedBy,
    learnedAt: new Date(learnedAtMs).toISOString(),
    ...(inUseSinceMs !== undefined && { inUseSince: new Date(inUseSinceMs).toISOString() }),
  }));
