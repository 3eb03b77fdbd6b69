import type { SuccessorAnnouncement } from "@concordat/identity";

/** A certificate that a partner has announced, with what proves it: nobody without the key before it can add one. */
export interface LearnedCertificate extends SuccessorAnnouncement {
  readonly fingerprintSha256: string;
  /** The fingerprint of the certificate whose key has signed it. */
  readonly signedBy: string;
  readonly learnedAtMs: number;
  /** When the partner was first seen with it: those before it count no longer. */
  readonly inUseSinceMs: number | undefined;
}

/** By origin, in the order in which they were learned. */
export type LearnedCertificates = ReadonlyMap<string, readonly LearnedCertificate[]>;
