import { BitString, fromBER } from "asn1js";
import { Certificate } from "pkijs";
import { ed25519Sign } from "../src/ed25519.js";
import { decodePrivateKey } from "../src/private-key.js";

export const pkijsOf = (der: Uint8Array): Certificate => new Certificate({ schema: fromBER(der).result });

/** A certificate with edited content, signed anew by `privateKeyPem`. */
export const reissue = (der: Uint8Array, privateKeyPem: string, edit: (parsed: Certificate) => void): Uint8Array => {
  const parsed = pkijsOf(der);
  edit(parsed);
  const content = new Uint8Array(parsed.encodeTBS().toBER(false));
  parsed.signatureValue = new BitString({ valueHex: ed25519Sign(content, decodePrivateKey(privateKeyPem)) });
  return new Uint8Array(parsed.toSchema(true).toBER(false));
};
