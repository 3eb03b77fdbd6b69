import { createHash } from "node:crypto";

/** SHA-256 of a certificate's DER as upper-case hex pairs with colons, as `openssl x509 -fingerprint -sha256` prints it. */
export const fingerprint = (der: Uint8Array): string =>
  createHash("sha256")
    .update(der)
    .digest("hex")
    .toUpperCase()
    .replace(/..(?=.)/g, "$&:");

/** SHA-256 of the 32 bytes of a public key: its first 20 bytes identify the key (RFC 7093, section 2, method 1). */
export const publicKeyDigest = (publicKey: Uint8Array): Uint8Array =>
  Uint8Array.from(createHash("sha256").update(publicKey).digest());
