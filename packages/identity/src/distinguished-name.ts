import { type BaseBlock, BaseStringBlock } from "asn1js";
import type { RelativeDistinguishedNames } from "pkijs";

const shortNames: ReadonlyMap<string, string> = new Map([
  ["2.5.4.3", "CN"],
  ["2.5.4.5", "serialNumber"],
  ["2.5.4.6", "C"],
  ["2.5.4.7", "L"],
  ["2.5.4.8", "ST"],
  ["2.5.4.10", "O"],
  ["2.5.4.11", "OU"],
  ["0.9.2342.19200300.100.1.25", "DC"],
]);

/** A name in the text form of RFC 4514: last part first, and nothing in it that a terminal would act on. */
export const formatDistinguishedName = (name: RelativeDistinguishedNames): string =>
  name.typesAndValues.map(formatPart).reverse().join(",");

// A stranger's name may hold values that are not strings, whatever the declared type says.
const formatPart = ({ type, value }: { readonly type: string; readonly value: BaseBlock }): string => {
  const text = value instanceof BaseStringBlock ? escapeValue(value.getValue()) : `#${hex(value.toBER(false))}`;
  return `${shortNames.get(type) ?? type}=${text}`;
};

const escapeValue = (value: string): string =>
  value
    .replace(/[\\,+"<>;=]|^[ #]| $/g, "\\$&")
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => hex(new TextEncoder().encode(character)).replace(/../g, "\\$&"));

const hex = (bytes: Uint8Array | ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
