import { fingerprint, IdentityError, readCertificate, verifySuccessor } from "@concordat/identity";
import type { LearnedCertificate } from "./learned-certificate.js";

/** What a partner may show now. */
export interface CertificateChain {
  /** DER, by fingerprint: pinned ones first, then learned ones. */
  readonly accepted: ReadonlyMap<string, Uint8Array>;
  /** The learned ones that follow from a pinned one, the superseded ones among them. */
  readonly learned: readonly LearnedCertificate[];
}

/**
 * Follows the signatures from the pinned certificates to those that were learned. Whatever does not follow from a pinned one counts
 * for nothing, whoever wrote it down; with one that was seen in use, those before it end, the pinned one too. Pure; about 10 ms
 * for each that was learned.
 *
 * @param isTaken whether a certificate is another partner's.
 */
export const followChain = (
  pinned: readonly Uint8Array[],
  learned: readonly LearnedCertificate[],
  isTaken: (fingerprintSha256: string) => boolean,
): CertificateChain => {
  const accepted = new Map(pinned.map((der) => [fingerprint(der), der]));
  const following: LearnedCertificate[] = [];
  for (const one of learned) {
    const predecessor = accepted.get(one.signedBy);
    if (predecessor === undefined || isTaken(one.fingerprintSha256) || !isSuccessor(predecessor, one)) continue;
    accepted.set(one.fingerprintSha256, one.certificate);
    following.push(one);
  }
  for (const ended of superseded(following)) accepted.delete(ended);
  return { accepted, learned: following };
};

/** Those before one that was seen in use, to the beginning of the chain. */
const superseded = (following: readonly LearnedCertificate[]): ReadonlySet<string> => {
  const ended = new Set<string>();
  for (const { fingerprintSha256, signedBy, inUseSinceMs } of [...following].reverse()) {
    if (inUseSinceMs !== undefined || ended.has(fingerprintSha256)) ended.add(signedBy);
  }
  return ended;
};

const isSuccessor = (predecessor: Uint8Array, one: LearnedCertificate): boolean => {
  try {
    return verifySuccessor(readCertificate(predecessor), one).fingerprintSha256 === one.fingerprintSha256;
  } catch (error) {
    if (error instanceof IdentityError) return false;
    throw error;
  }
};
