import { encodeValue } from "@concordat/protocol";
import type { CreateHash } from "../ports/hash.js";
import { claimKeyBytes, claimKeyOf } from "./claims.js";

/** Bytes of attribute and value, up to which they are their own name: hashing takes a reader longer than the row it leads to. */
const PLAIN_BYTES_MAX = 64;

const PLAIN = 1;
const HASHED = 0;

/**
 * Names a value of an indexed attribute in a key. No name begins another one: an encoding says where it ends, and hashes are of
 * one length.
 *
 * @param value its encoding.
 */
export const valueNameOf = (attribute: string, value: Uint8Array, createHash: CreateHash): Uint8Array => {
  const text = encodeValue(attribute);
  return text.length + value.length <= PLAIN_BYTES_MAX
    ? nameOf(PLAIN, text, value)
    : nameOf(HASHED, claimKeyBytes(claimKeyOf({ attribute, bytes: value }, createHash)));
};

const nameOf = (form: number, first: Uint8Array, second: Uint8Array = NOTHING): Uint8Array => {
  const name = new Uint8Array(1 + first.length + second.length);
  name[0] = form;
  name.set(first, 1);
  name.set(second, 1 + first.length);
  return name;
};

const NOTHING = new Uint8Array(0);
