import { getPublicKey, hashes, sign, verify } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";

hashes.sha512 = sha512;

/** Bytes of an Ed25519 seed (the private key) and of a public key; RFC 8032, section 5.1. */
export const ED25519_KEY_BYTES = 32;

/** Object identifier of the key and of the signature alike; RFC 8410, section 3. */
export const ED25519_OBJECT_IDENTIFIER = "1.3.101.112";

/** The 32-byte public key of a 32-byte seed. */
export const ed25519PublicKey = (seed: Uint8Array): Uint8Array => getPublicKey(seed);

/** The 64-byte signature of `message`; deterministic. */
export const ed25519Sign = (message: Uint8Array, seed: Uint8Array): Uint8Array => sign(message, seed);

/** Whether `signature` is of `message` by `publicKey`, by RFC 8032 (not the laxer ZIP 215). Throws on wrong lengths. */
export const ed25519Verify = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean =>
  verify(signature, message, publicKey, { zip215: false });
