import { Buffer } from "node:buffer";
import { fromBER } from "asn1js";
import { type AlgorithmIdentifier, Certificate as X509Certificate } from "pkijs";
import { readCertificateExtensions } from "./certificate-extensions.js";
import { CERTIFICATE_LABEL, decodeCertificateText } from "./certificate-text.js";
import { formatDistinguishedName } from "./distinguished-name.js";
import { ED25519_KEY_BYTES, ED25519_OBJECT_IDENTIFIER, ed25519Verify } from "./ed25519.js";
import { fingerprint } from "./fingerprint.js";
import { IdentityError } from "./identity-error.js";
import { encodeBase64, encodePem } from "./pem.js";

/** A self-signed certificate, read and verified. Its bytes belong to it: do not write to them. */
export interface Certificate {
  readonly der: Uint8Array;
  /** The DER as base64 on one line: what `show-replication-certificate` prints and `partner_cert` takes. */
  readonly base64: string;
  readonly pem: string;
  /** SHA-256 of the DER: upper-case hexadecimal pairs with colons. */
  readonly fingerprintSha256: string;
  /** 32 bytes; RFC 8032. */
  readonly publicKey: Uint8Array;
  /** In the text form of RFC 4514: `CN=…`. */
  readonly subject: string;
  /** Upper-case hexadecimal digits. */
  readonly serialNumber: string;
  /** The first moment of its validity, in milliseconds since the Unix epoch. */
  readonly notBeforeMs: number;
  /** The end of its validity, in milliseconds since the Unix epoch. */
  readonly notAfterMs: number;
  /** The DNS names and addresses that it is for, in its order; IPv6 addresses in the form of RFC 5952, without brackets. */
  readonly hosts: readonly string[];
}

/** Bounds the work that a stranger's bytes can cause; one made here has about 500. */
const CERTIFICATE_BYTES_MAX = 16 * 1024;

/**
 * Reads one certificate from DER, or from a text of base64, base64url or PEM, and verifies that it is what a partner
 * may pin: X.509 v3 in its one DER encoding, Ed25519, signed by its own key, unable to issue others. Time is not looked at
 * (`certificateValidity`). Pure; copies its input; about 2 ms, nearly all for the ASN.1.
 *
 * Throws `IdentityError`: `certificate_malformed`, `certificate_trailing_bytes`, `certificate_not_ed25519`,
 * `certificate_is_authority`, `certificate_purpose`, `certificate_signature`. RFC 5280, RFC 8410; PROTOCOL "Transport".
 */
export const readCertificate = (input: Uint8Array | string): Certificate => {
  if (input.length > 4 * CERTIFICATE_BYTES_MAX) throw malformed("it is too long for a certificate");
  const der = typeof input === "string" ? decodeCertificateText(input) : Uint8Array.from(input);
  if (der.length > CERTIFICATE_BYTES_MAX) throw malformed("it is too long for a certificate");
  const parsed = decodeDer(der);
  const { hosts } = attempt(() => readCertificateExtensions(parsed.extensions ?? []));
  const publicKey = selfSignedKey(parsed);
  return {
    der,
    base64: encodeBase64(der),
    pem: encodePem(CERTIFICATE_LABEL, der),
    fingerprintSha256: fingerprint(der),
    publicKey,
    subject: formatDistinguishedName(parsed.subject),
    serialNumber: Buffer.from(parsed.serialNumber.valueBlock.valueHexView)
      .toString("hex")
      .toUpperCase()
      .replace(/^(00)+(?=.)/, ""),
    notBeforeMs: parsed.notBefore.value.getTime(),
    notAfterMs: parsed.notAfter.value.getTime(),
    hosts,
  };
};

/** Whether two certificates are one and the same, by public key and DER. Reads public data: not in constant time. */
export const sameCertificate = (
  a: Pick<Certificate, "publicKey" | "der">,
  b: Pick<Certificate, "publicKey" | "der">,
): boolean => equalBytes(a.publicKey, b.publicKey) && equalBytes(a.der, b.der);

const decodeDer = (der: Uint8Array): X509Certificate => {
  const { offset, parsed } = attempt(() => {
    const { offset, result } = fromBER(der);
    if (offset === -1) throw new Error(result.error);
    return { offset, parsed: result };
  });
  if (offset !== der.length) {
    throw new IdentityError(
      "certificate_trailing_bytes",
      `${der.length - offset} bytes follow the certificate; give it alone`,
    );
  }
  const certificate = attempt(() => new X509Certificate({ schema: parsed }));
  // Any other encoding of the same content would have another fingerprint.
  const encoded = attempt(() => new Uint8Array(certificate.toSchema(true).toBER(false)));
  if (!equalBytes(encoded, der)) throw malformed("it is not in DER, the distinguished encoding");
  if (certificate.version !== 2) throw malformed("it is not of X.509 version 3");
  return certificate;
};

const selfSignedKey = (certificate: X509Certificate): Uint8Array => {
  const { algorithm, subjectPublicKey } = certificate.subjectPublicKeyInfo;
  if (![algorithm, certificate.signature, certificate.signatureAlgorithm].every(isEd25519)) {
    throw new IdentityError(
      "certificate_not_ed25519",
      "the certificate's key or signature is not of Ed25519, the only kind in use",
    );
  }
  const publicKey = subjectPublicKey.valueBlock.valueHexView.slice();
  const signature = certificate.signatureValue.valueBlock.valueHexView.slice();
  const unusedBits = subjectPublicKey.valueBlock.unusedBits + certificate.signatureValue.valueBlock.unusedBits;
  if (publicKey.length !== ED25519_KEY_BYTES || signature.length !== 64 || unusedBits !== 0) {
    throw malformed("its key or its signature has the wrong length");
  }
  const issuer = new Uint8Array(certificate.issuer.valueBeforeDecode);
  if (!equalBytes(issuer, new Uint8Array(certificate.subject.valueBeforeDecode))) {
    throw new IdentityError(
      "certificate_signature",
      "the certificate was issued by another name than its own; only self-signed ones are in use",
    );
  }
  if (!ed25519Verify(signature, certificate.tbsView, publicKey)) {
    throw new IdentityError(
      "certificate_signature",
      "the certificate's signature does not verify: it was altered, or copied wrongly; ask the partner for it again",
    );
  }
  return publicKey;
};

const isEd25519 = (algorithm: AlgorithmIdentifier): boolean =>
  algorithm.algorithmId === ED25519_OBJECT_IDENTIFIER && algorithm.algorithmParams === undefined;

/** Decoders of ASN.1 throw errors of many kinds at broken input. */
const attempt = <T>(decode: () => T): T => {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof IdentityError) throw cause;
    throw malformed("it cannot be decoded; it may have been cut off or copied wrongly", { cause });
  }
};

const equalBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);

const malformed = (reason: string, options?: ErrorOptions): IdentityError =>
  new IdentityError("certificate_malformed", `not a certificate in DER, base64, base64url or PEM: ${reason}`, options);
