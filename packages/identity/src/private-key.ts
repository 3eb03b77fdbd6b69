import { ED25519_KEY_BYTES, PKCS8_PREFIX } from "./ed25519.js";
import { IdentityError } from "./identity-error.js";
import { decodePem, encodePem } from "./pem.js";

export const PRIVATE_KEY_LABEL = "PRIVATE KEY";

/** The PKCS#8 PEM of a seed: what `openssl pkey` and `node:tls` read. */
export const encodePrivateKey = (seed: Uint8Array): string => {
  const der = new Uint8Array(PKCS8_PREFIX.length + ED25519_KEY_BYTES);
  der.set(PKCS8_PREFIX);
  der.set(seed, PKCS8_PREFIX.length);
  return encodePem(PRIVATE_KEY_LABEL, der);
};

/** The seed of a PKCS#8 PEM. Throws `key_malformed` for anything else, encrypted keys and other algorithms included. */
export const decodePrivateKey = (pem: string): Uint8Array => {
  const blocks = decodePem(pem);
  const block = blocks?.[0];
  if (blocks?.length !== 1 || block?.label !== PRIVATE_KEY_LABEL) throw malformed();
  return decodePkcs8(block.bytes);
};

/** The same for the bytes inside of the PEM. */
export const decodePkcs8 = (der: Uint8Array): Uint8Array => {
  if (der.length !== PKCS8_PREFIX.length + ED25519_KEY_BYTES) throw malformed();
  if (PKCS8_PREFIX.some((byte, index) => der[index] !== byte)) throw malformed();
  return der.slice(PKCS8_PREFIX.length);
};

const malformed = (): IdentityError =>
  new IdentityError(
    "key_malformed",
    "the private key is not the unencrypted PKCS#8 PEM of one Ed25519 key, as `openssl genpkey -algorithm ed25519` writes it",
  );
