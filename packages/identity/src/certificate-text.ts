import { IdentityError } from "./identity-error.js";
import { decodeBase64, decodePem } from "./pem.js";

export const CERTIFICATE_LABEL = "CERTIFICATE";

/** The DER in a text of base64, base64url or PEM, white space around and inside ignored. Throws `certificate_malformed`. */
export const decodeCertificateText = (text: string): Uint8Array => {
  if (!text.includes("-----")) {
    const bytes = decodeBase64(text);
    if (bytes === undefined)
      throw malformed("the text is not base64, base64url or PEM; it may have been cut off or wrapped");
    return bytes;
  }
  const blocks = decodePem(text);
  const block = blocks?.[0];
  if (block === undefined) throw malformed("the PEM text is broken");
  if (blocks?.some(({ label }) => label.endsWith("PRIVATE KEY"))) {
    throw malformed("the PEM text holds a private key, which must never leave its node; give the certificate alone");
  }
  if (blocks?.length !== 1 || block.label !== CERTIFICATE_LABEL) {
    throw malformed(`the PEM text holds ${blocks?.map(({ label }) => label).join(" and ")} instead of one CERTIFICATE`);
  }
  return block.bytes;
};

const malformed = (message: string): IdentityError => new IdentityError("certificate_malformed", message);
