import { createHash } from "node:crypto";
import { type Certificate, readCertificate } from "./certificate.js";
import { ed25519Sign, ed25519Verify } from "./ed25519.js";
import type { Identity } from "./identity.js";
import { IdentityError } from "./identity-error.js";
import { decodePrivateKey } from "./private-key.js";

/** A node's word that it is going over to another certificate. */
export interface SuccessorAnnouncement {
  /** The new one, DER. */
  readonly certificate: Uint8Array;
  /** 64 bytes: Ed25519 by the old key over the old certificate and the new one. */
  readonly signature: Uint8Array;
}

/** Keeps the signature from meaning anything elsewhere, and what is signed elsewhere from meaning a successor. */
const CONTEXT = "concordat successor v1";

const SIGNATURE_BYTES = 64;

/** Signs the certificate of a successor with the key of `identity`. Deterministic. PROTOCOL, 1.1. */
export const announceSuccessor = (identity: Identity, successor: Pick<Certificate, "der">): SuccessorAnnouncement => ({
  certificate: successor.der,
  signature: ed25519Sign(
    signedBytes(identity.certificate.der, successor.der),
    decodePrivateKey(identity.privateKeyPem),
  ),
});

/**
 * The certificate in an announcement, when the holder of `predecessor` has signed it. Time is not looked at. Pure; about 2 ms.
 *
 * Throws `successor_signature` for the signature of another key, for another certificate, or none, and what `readCertificate` throws.
 */
export const verifySuccessor = (
  predecessor: Pick<Certificate, "der" | "publicKey">,
  { certificate, signature }: SuccessorAnnouncement,
): Certificate => {
  const successor = readCertificate(certificate);
  const isSigned =
    signature.length === SIGNATURE_BYTES &&
    ed25519Verify(signature, signedBytes(predecessor.der, successor.der), predecessor.publicKey);
  if (isSigned) return successor;
  throw new IdentityError(
    "successor_signature",
    `the certificate ${successor.fingerprintSha256} is not signed by the one that it is to follow: it is not accepted`,
  );
};

const signedBytes = (predecessor: Uint8Array, successor: Uint8Array): Uint8Array => {
  const context = new TextEncoder().encode(CONTEXT);
  const digest = createHash("sha256").update(predecessor).digest();
  const bytes = new Uint8Array(context.length + 1 + digest.length + successor.length);
  bytes.set(context);
  bytes.set(digest, context.length + 1);
  bytes.set(successor, context.length + 1 + digest.length);
  return bytes;
};
