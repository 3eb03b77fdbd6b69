import { X509Certificate } from "node:crypto";

/** A certificate that the configuration names for a partner. */
export interface Pin {
  readonly partner: string;
  readonly der: Buffer;
  /** SHA-256 over the DER, upper-case hex pairs with colons. */
  readonly fingerprint: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  /** CA:TRUE: never a peer's own certificate. */
  readonly isAuthority: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly validFromMs: number;
  readonly validToMs: number;
}

/** By fingerprint. */
export type PinSet = ReadonlyMap<string, Pin>;

/** More partners than any topology has; each connection costs one look into a map. */
export const PINS_MAX = 512;

/**
 * @param partners origin to DER certificates.
 * @throws TypeError when a pin is not exactly one certificate, or is named for two partners.
 * @throws RangeError for more than `PINS_MAX` pins.
 */
export const parsePins = (partners: ReadonlyMap<string, readonly Uint8Array[]>): PinSet => {
  const pins = new Map<string, Pin>();
  for (const [partner, certificates] of partners) {
    for (const der of certificates) addPin(pins, parsePin(partner, der));
  }
  if (pins.size > PINS_MAX) {
    throw new RangeError(`${pins.size} pinned certificates, limit ${PINS_MAX}: remove partners that are gone`);
  }
  return pins;
};

/** The SubjectPublicKeyInfo of a certificate, DER. */
export const publicKeyOf = (certificate: X509Certificate): Buffer =>
  certificate.publicKey.export({ type: "spki", format: "der" });

const addPin = (pins: Map<string, Pin>, pin: Pin): void => {
  const other = pins.get(pin.fingerprint);
  if (other !== undefined && other.partner !== pin.partner) {
    throw new TypeError(
      `one certificate (${pin.fingerprint}) is pinned for ${other.partner} and for ${pin.partner}: each partner has its own`,
    );
  }
  pins.set(pin.fingerprint, pin);
};

const parsePin = (partner: string, der: Uint8Array): Pin => {
  const certificate = readCertificate(partner, der);
  return {
    partner,
    der: certificate.raw,
    fingerprint: certificate.fingerprint256,
    publicKey: publicKeyOf(certificate),
    isAuthority: certificate.ca,
    validFromMs: Date.parse(certificate.validFrom),
    validToMs: Date.parse(certificate.validTo),
  };
};

const readCertificate = (partner: string, der: Uint8Array): X509Certificate => {
  try {
    const certificate = new X509Certificate(der);
    // The parser would take PEM, and bytes after the end.
    if (certificate.raw.equals(der)) return certificate;
  } catch (cause) {
    throw new TypeError(`a pin of ${partner} is not a DER certificate`, { cause });
  }
  throw new TypeError(`a pin of ${partner} is not exactly one DER certificate`);
};
