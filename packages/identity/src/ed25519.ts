import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

/** Bytes of an Ed25519 seed (the private key) and of a public key; RFC 8032, section 5.1. */
export const ED25519_KEY_BYTES = 32;

/** Object identifier of the key and of the signature alike; RFC 8410, section 3. */
export const ED25519_OBJECT_IDENTIFIER = "1.3.101.112";

/** PKCS#8 of an Ed25519 key is this prefix, then the seed; RFC 8410, section 7. */
export const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** SubjectPublicKeyInfo of one is this prefix, then the public key; RFC 8410, section 4. */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** The 32-byte public key of a 32-byte seed. */
export const ed25519PublicKey = (seed: Uint8Array): Uint8Array => {
  const spki = createPublicKey(privateKey(seed)).export({ format: "der", type: "spki" });
  return Uint8Array.from(spki.subarray(SPKI_PREFIX.length));
};

/** The 64-byte signature of `message`; deterministic. */
export const ed25519Sign = (message: Uint8Array, seed: Uint8Array): Uint8Array =>
  Uint8Array.from(sign(null, message, privateKey(seed)));

/**
 * Whether `signature` is of `message` by `publicKey`, by RFC 8032. OpenSSL takes public keys that RFC 8032 does not decode,
 * and keys of small order, by which there are signatures of anything: those verify nothing here. Throws on wrong lengths.
 */
export const ed25519Verify = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean => {
  if (signature.length !== SIGNATURE_BYTES) throw new RangeError(`a signature of ${signature.length} bytes`);
  if (publicKey.length !== ED25519_KEY_BYTES) throw new RangeError(`a public key of ${publicKey.length} bytes`);
  const y = ordinate(publicKey);
  if (y >= P || SMALL_ORDER.has(y)) return false;
  const spki = Buffer.concat([SPKI_PREFIX, publicKey]);
  return verify(null, message, createPublicKey({ key: spki, format: "der", type: "spki" }), signature);
};

const SIGNATURE_BYTES = 64;

const privateKey = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" });

/** The prime of the field; RFC 8032, section 5.1. */
const P = 2n ** 255n - 19n;

/** The ordinates of the eight points whose order divides the cofactor: of order 1, 2, 4, and twice of order 8. */
const ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const SMALL_ORDER: ReadonlySet<bigint> = new Set([1n, P - 1n, 0n, ORDER_8, P - ORDER_8]);

/** What a public key says of its point beside the sign: its lower 255 bits, little-endian. */
const ordinate = (publicKey: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(publicKey).reverse().toString("hex")}`) & (2n ** 255n - 1n);
