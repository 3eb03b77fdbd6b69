import { BitString, fromBER } from "asn1js";
import { AltName, BasicConstraints, type Extension, ExtKeyUsage, type GeneralName } from "pkijs";
import { EXTENSION, KEY_PURPOSE } from "./extension.js";
import { formatAddress } from "./host.js";
import { IdentityError } from "./identity-error.js";

/** What the extensions of a certificate that a partner may pin say about it. */
export interface CertificateExtensions {
  /** DNS names and addresses, in the certificate's order. */
  readonly hosts: readonly string[];
}

/**
 * Throws `certificate_is_authority` where a certificate could issue others, `certificate_purpose` where OpenSSL would
 * refuse it in a handshake as client or as server, and whatever a decoder throws at broken content.
 */
export const readCertificateExtensions = (extensions: readonly Extension[]): CertificateExtensions => {
  const contents = new Map(
    extensions.map(({ extnID, extnValue }) => [extnID, extnValue.valueBlock.valueHexView.slice()]),
  );
  if (contents.size !== extensions.length) throw new Error("an extension occurs twice");
  const basicConstraints = contents.get(EXTENSION.basicConstraints);
  const keyUsage = contents.get(EXTENSION.keyUsage);
  const extendedKeyUsage = contents.get(EXTENSION.extendedKeyUsage);
  const subjectAltName = contents.get(EXTENSION.subjectAltName);

  if (basicConstraints && BasicConstraints.fromBER(basicConstraints).cA) throw isAuthority("CA:TRUE");
  if (keyUsage) checkKeyUsage(keyUsage);
  if (extendedKeyUsage) checkKeyPurposes(ExtKeyUsage.fromBER(extendedKeyUsage).keyPurposes);
  return { hosts: subjectAltName ? AltName.fromBER(subjectAltName).altNames.flatMap(hostOf) : [] };
};

const checkKeyUsage = (content: Uint8Array): void => {
  const { result } = fromBER(content);
  if (!(result instanceof BitString)) throw new Error("the key usage is not a BIT STRING");
  const bits = result.valueBlock.valueHexView[0] ?? 0;
  // Bit 0 is the highest: digitalSignature; bit 5 is keyCertSign. RFC 5280, section 4.2.1.3.
  if ((bits & 0x04) !== 0) throw isAuthority("keyCertSign");
  if ((bits & 0x80) === 0) throw unfit("its key usage lacks digitalSignature");
};

const checkKeyPurposes = (purposes: readonly string[]): void => {
  for (const [name, objectIdentifier] of Object.entries(KEY_PURPOSE)) {
    if (!purposes.includes(objectIdentifier)) throw unfit(`its extended key usage lacks ${name}`);
  }
};

const hostOf = ({ type, value }: GeneralName): string[] => {
  if (type === 2) return [printable(String(value))];
  if (type !== 7) return [];
  const address = formatAddress(value.valueBlock.valueHexView.slice());
  if (address === undefined) throw new Error("an address has neither 4 nor 16 octets");
  return [address];
};

const printable = (name: string): string => {
  if (!/^[\x21-\x7e]+$/.test(name)) throw new Error("a DNS name is not of printable ASCII");
  return name;
};

const isAuthority = (mark: string): IdentityError =>
  new IdentityError(
    "certificate_is_authority",
    `the certificate could issue others (${mark}): a partner's certificate must be CA:FALSE and without keyCertSign`,
  );

const unfit = (reason: string): IdentityError =>
  new IdentityError(
    "certificate_purpose",
    `the certificate cannot serve both sides of a connection: ${reason}; have it issued with digitalSignature, serverAuth and clientAuth`,
  );
