import { type Certificate, readCertificate } from "./certificate.js";
import { CERTIFICATE_LABEL } from "./certificate-text.js";
import { ED25519_KEY_BYTES, ed25519PublicKey } from "./ed25519.js";
import { type Host, parseHost } from "./host.js";
import { IdentityError } from "./identity-error.js";
import { issueCertificate, SERIAL_BYTES } from "./issue-certificate.js";
import { decodePem, encodePem } from "./pem.js";
import { decodePkcs8, decodePrivateKey, encodePrivateKey, PRIVATE_KEY_LABEL } from "./private-key.js";

/** What a node proves itself with. */
export interface Identity {
  readonly certificate: Certificate;
  /** PKCS#8 PEM, unencrypted: a secret. Keep it out of logs. */
  readonly privateKeyPem: string;
}

export interface RenewIdentityOptions {
  /** Now, in milliseconds since the Unix epoch. The certificate is valid from five minutes before it to four years after it. */
  readonly nowMs: number;
  /** Cryptographically strong random bytes: of `node:crypto`, say. */
  readonly randomBytes: (length: number) => Uint8Array;
  /** The private key as the 32 bytes of RFC 8032; left out, it is made of `randomBytes(32)`. */
  readonly seed?: Uint8Array;
  /** `repl://host:port`, or its host: what the certificate names. Left out when renewing: the hosts of the old one. */
  readonly origin?: string;
}

export interface CreateIdentityOptions extends RenewIdentityOptions {
  readonly origin: string;
}

/**
 * A new key with a self-signed certificate for it. Pure but for `randomBytes`; about 4 ms.
 * Throws `origin_invalid`, `argument_invalid`. PROTOCOL "Transport".
 */
export const createIdentity = (options: CreateIdentityOptions): Identity => issue(options, [parseHost(options.origin)]);

/**
 * The successor of an identity, expired or not: a new key, a new certificate, new validity, the same hosts unless
 * `origin` says otherwise. The key changes as well because partners pin the whole certificate: keeping it would spare
 * them nothing, while this way a stolen key is worth nothing once its certificate is no longer pinned.
 *
 * Keeps nothing of the old identity and changes nothing on disk: partners accept the new one once they have pinned it.
 * Throws `origin_invalid`, `argument_invalid`.
 */
export const renewIdentity = (identity: Identity, options: RenewIdentityOptions): Identity => {
  const hosts = options.origin === undefined ? identity.certificate.hosts : [options.origin];
  return issue(options, hosts.map(parseHost));
};

/** Both halves as one PEM text, the key first: `openssl x509` and `openssl pkey` each find theirs. Throws `key_mismatch`. */
export const encodeIdentity = (identity: Identity): string => {
  const seed = decodePrivateKey(identity.privateKeyPem);
  checkPair(seed, identity.certificate);
  return encodePrivateKey(seed) + encodePem(CERTIFICATE_LABEL, identity.certificate.der);
};

/**
 * Reads what `encodeIdentity` wrote, in either order. Throws `identity_file_malformed`, `key_malformed`, `key_mismatch`,
 * and what `readCertificate` throws.
 */
export const decodeIdentity = (text: string): Identity => {
  const blocks = decodePem(text);
  const key = blocks?.find(({ label }) => label === PRIVATE_KEY_LABEL);
  const certificateBlock = blocks?.find(({ label }) => label === CERTIFICATE_LABEL);
  if (blocks?.length !== 2 || key === undefined || certificateBlock === undefined) {
    throw new IdentityError(
      "identity_file_malformed",
      "expected the PEM of one PRIVATE KEY and of one CERTIFICATE, and nothing else",
    );
  }
  const seed = decodePkcs8(key.bytes);
  const certificate = readCertificate(certificateBlock.bytes);
  checkPair(seed, certificate);
  return { certificate, privateKeyPem: encodePrivateKey(seed) };
};

const issue = (options: RenewIdentityOptions, hosts: readonly Host[]): Identity => {
  const seed = exactly(ED25519_KEY_BYTES, options.seed ?? options.randomBytes(ED25519_KEY_BYTES), "the seed");
  const serial = exactly(SERIAL_BYTES, options.randomBytes(SERIAL_BYTES), "what randomBytes returned");
  const certificate = readCertificate(issueCertificate({ seed, serial, hosts, nowMs: options.nowMs }));
  return { certificate, privateKeyPem: encodePrivateKey(seed) };
};

const exactly = (length: number, bytes: Uint8Array, what: string): Uint8Array => {
  if (bytes.length === length) return bytes;
  throw new IdentityError("argument_invalid", `${what} has ${bytes.length} bytes, not ${length}`);
};

const checkPair = (seed: Uint8Array, certificate: Certificate): void => {
  const publicKey = ed25519PublicKey(seed);
  if (publicKey.every((byte, index) => byte === certificate.publicKey[index])) return;
  throw new IdentityError(
    "key_mismatch",
    `the private key does not belong to the certificate ${certificate.fingerprintSha256}: restore both from the same backup`,
  );
};
