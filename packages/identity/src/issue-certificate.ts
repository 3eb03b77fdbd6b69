import { Buffer } from "node:buffer";
import { BitString, Integer, OctetString, Utf8String } from "asn1js";
import {
  AlgorithmIdentifier,
  AltName,
  AttributeTypeAndValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  Extension,
  ExtKeyUsage,
  GeneralName,
  PublicKeyInfo,
  RelativeDistinguishedNames,
  Time,
  TimeType,
} from "pkijs";
import { ED25519_OBJECT_IDENTIFIER, ed25519PublicKey, ed25519Sign } from "./ed25519.js";
import { EXTENSION, KEY_PURPOSE } from "./extension.js";
import { publicKeyDigest } from "./fingerprint.js";
import type { Host } from "./host.js";
import { IdentityError } from "./identity-error.js";

/** A fresh certificate is valid from this long before it was made, for partners whose clock is behind. */
const BACKDATE_MS = 5 * 60 * 1000;

/** Four years, leap day included; PROTOCOL "Transport". */
const VALIDITY_MS = 1461 * 24 * 60 * 60 * 1000;

/** Random bytes of a serial number; its sign bit is cleared and the next one set, so that its length never varies. */
export const SERIAL_BYTES = 15;

/** From here on X.509 writes a time as GeneralizedTime (RFC 5280, section 4.1.2.5), and after the second it cannot. */
const YEAR_2050_MS = 2_524_608_000_000;
const YEAR_10000_MS = 253_402_300_800_000;

export interface CertificateRequest {
  readonly seed: Uint8Array;
  /** `SERIAL_BYTES` random bytes. */
  readonly serial: Uint8Array;
  readonly hosts: readonly Host[];
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

/**
 * The DER of a self-signed certificate of X.509 v3 (RFC 5280, RFC 8410), valid for four years.
 *
 * The subject is `CN=<key>-<serial>`: 32 hexadecimal digits of the key's digest (those that the subject key identifier
 * starts with) and the whole serial number, 63 characters of the 64 that a common name may have. It must differ between
 * any two certificates: of two trusted ones with the same subject OpenSSL tries only one. Throws `argument_invalid`.
 */
export const issueCertificate = ({ seed, serial, hosts, nowMs }: CertificateRequest): Uint8Array => {
  if (!(nowMs - BACKDATE_MS >= 0 && nowMs + VALIDITY_MS < YEAR_10000_MS)) {
    throw new IdentityError(
      "argument_invalid",
      `${nowMs} is not a time that a certificate can start at, in ms since 1970`,
    );
  }
  const publicKey = ed25519PublicKey(seed);
  const keyDigest = publicKeyDigest(publicKey);
  const positiveSerial = serial.slice();
  positiveSerial[0] = ((positiveSerial[0] ?? 0) & 0x7f) | 0x40;
  const name = commonName(`${hex(keyDigest.subarray(0, 16))}-${hex(positiveSerial)}`);

  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new Integer({ valueHex: positiveSerial });
  certificate.signature = ed25519();
  certificate.signatureAlgorithm = ed25519();
  certificate.issuer = name;
  certificate.subject = name;
  certificate.notBefore = time(nowMs - BACKDATE_MS);
  certificate.notAfter = time(nowMs + VALIDITY_MS);
  certificate.subjectPublicKeyInfo = new PublicKeyInfo();
  certificate.subjectPublicKeyInfo.algorithm = ed25519();
  certificate.subjectPublicKeyInfo.subjectPublicKey = new BitString({ valueHex: publicKey });
  certificate.extensions = extensions(keyDigest.slice(0, 20), hosts);
  // pkijs cannot sign with Ed25519 itself.
  const signature = ed25519Sign(new Uint8Array(certificate.encodeTBS().toBER(false)), seed);
  certificate.signatureValue = new BitString({ valueHex: signature });
  return new Uint8Array(certificate.toSchema(true).toBER(false));
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const extensions = (keyIdentifier: Uint8Array, hosts: readonly Host[]): Extension[] => [
  extension(EXTENSION.basicConstraints, true, new BasicConstraints({ cA: false }).toSchema()),
  // Bit 0, digitalSignature: the other seven bits of the byte are unused.
  extension(EXTENSION.keyUsage, true, new BitString({ valueHex: Uint8Array.of(0x80), unusedBits: 7 })),
  extension(
    EXTENSION.extendedKeyUsage,
    false,
    new ExtKeyUsage({ keyPurposes: [KEY_PURPOSE.serverAuth, KEY_PURPOSE.clientAuth] }).toSchema(),
  ),
  extension(EXTENSION.subjectAltName, false, new AltName({ altNames: hosts.map(generalName) }).toSchema()),
  extension(EXTENSION.subjectKeyIdentifier, false, new OctetString({ valueHex: keyIdentifier })),
  extension(
    EXTENSION.authorityKeyIdentifier,
    false,
    new AuthorityKeyIdentifier({ keyIdentifier: new OctetString({ valueHex: keyIdentifier }) }).toSchema(),
  ),
];

const extension = (extnID: string, critical: boolean, value: { toBER(sizeOnly?: boolean): ArrayBuffer }): Extension =>
  new Extension({ extnID, critical, extnValue: value.toBER(false) });

const generalName = (host: Host): GeneralName =>
  host.kind === "dns"
    ? new GeneralName({ type: 2, value: host.text })
    : new GeneralName({ type: 7, value: new OctetString({ valueHex: host.octets }) });

const ed25519 = (): AlgorithmIdentifier => new AlgorithmIdentifier({ algorithmId: ED25519_OBJECT_IDENTIFIER });

const commonName = (value: string): RelativeDistinguishedNames =>
  new RelativeDistinguishedNames({
    typesAndValues: [new AttributeTypeAndValue({ type: "2.5.4.3", value: new Utf8String({ value }) })],
  });

const time = (ms: number): Time => {
  const wholeSecondMs = Math.floor(ms / 1000) * 1000;
  return new Time({
    type: wholeSecondMs < YEAR_2050_MS ? TimeType.UTCTime : TimeType.GeneralizedTime,
    // biome-ignore lint/style/noRestrictedGlobals: pkijs takes a Date; this one holds an argument and reads no clock
    value: new Date(wholeSecondMs),
  });
};
