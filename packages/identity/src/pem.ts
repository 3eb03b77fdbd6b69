import { Buffer } from "node:buffer";

/** One block of a PEM text. */
export interface PemBlock {
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** PEM of RFC 7468 in its strict form: lines of 64 characters, and a line feed after the last. */
export const encodePem = (label: string, bytes: Uint8Array): string => {
  const lines = encodeBase64(bytes).replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
};

/** Every block of `text`, in order; undefined if anything but white space is outside of them, or any is broken. */
export const decodePem = (text: string): readonly PemBlock[] | undefined => {
  const blocks: PemBlock[] = [];
  const outside = text.replace(
    /-----BEGIN ([A-Z0-9 ]{1,64})-----([A-Za-z0-9+/=\s]*)-----END \1-----/g,
    (_, label, body) => {
      const bytes = decodeBase64(body);
      if (bytes === undefined) return "broken";
      blocks.push({ label, bytes });
      return "";
    },
  );
  return outside.trim() === "" ? blocks : undefined;
};

export const encodeBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");

/**
 * The bytes of base64 or base64url, with or without padding, with white space anywhere; undefined if it is neither,
 * or if bits are set that no byte holds (RFC 4648, section 3.5).
 */
export const decodeBase64 = (text: string): Uint8Array | undefined => {
  const digits = text
    .replace(/\s+/g, "")
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/={1,2}$/, "");
  if (!/^[A-Za-z0-9+/]+$/.test(digits)) return undefined;
  const bytes = Uint8Array.from(Buffer.from(digits, "base64"));
  return encodeBase64(bytes).replace(/=+$/, "") === digits ? bytes : undefined;
};
