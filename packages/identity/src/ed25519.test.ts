import { createPublicKey, verify } from "node:crypto";
import * as noble from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ed25519PublicKey, ed25519Sign, ed25519Verify } from "./ed25519.js";

noble.hashes.sha512 = sha512;

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));

test("keys and signatures are those of RFC 8032", () => {
  // Section 7.1, test 3.
  const seed = bytes("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
  const publicKey = bytes("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
  const message = bytes("af82");
  const signature = bytes(
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  );
  expect(ed25519PublicKey(seed)).toEqual(publicKey);
  expect(ed25519Sign(message, seed)).toEqual(signature);
  expect(ed25519Verify(signature, message, publicKey)).toBe(true);
  expect(ed25519Verify(signature, bytes("af83"), publicKey)).toBe(false);
});

test("keys, signatures and verdicts are those of another implementation", () => {
  const anySeed = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(anySeed, fc.uint8Array(), fc.nat(63), fc.nat(7), (seed, message, at, bit) => {
      const publicKey = noble.getPublicKey(seed);
      const signature = noble.sign(message, seed);
      expect(ed25519PublicKey(seed)).toEqual(publicKey);
      expect(ed25519Sign(message, seed)).toEqual(signature);
      expect(ed25519Verify(signature, message, publicKey)).toBe(true);
      signature[at] = (signature[at] ?? 0) ^ (1 << bit);
      expect(ed25519Verify(signature, message, publicKey)).toBe(false);
    }),
    { numRuns: 50 },
  );
});

/** The eight points whose order divides 8, found as what is left of any point times the order of the subgroup. */
const smallOrderKeys = (): Uint8Array[] => {
  const found = new Map<string, Uint8Array>();
  for (let y = 2n; found.size < 8; y += 1n) {
    try {
      const point = noble.Point.fromBytes(littleEndian(y), true);
      // The library multiplies by less than the order only.
      const left = point.multiply(noble.Point.CURVE().n - 1n, false).add(point);
      found.set(left.toHex(), left.toBytes());
    } catch {}
  }
  return [...found.values()];
};

const littleEndian = (value: bigint): Uint8Array => bytes(value.toString(16).padStart(64, "0")).reverse();

const smallOrder = smallOrderKeys();
const message = bytes("af82");

/** What a key of small order signs with, or one of its kin does. */
const forgery = (start: Uint8Array): Uint8Array => Uint8Array.of(...start, ...new Uint8Array(32));

test("a key of small order signs nothing", () => {
  for (const key of smallOrder) {
    expect(noble.Point.fromBytes(key).isSmallOrder()).toBe(true);
    for (const start of smallOrder) expect(ed25519Verify(forgery(start), message, key)).toBe(false);
  }
  // What is guarded against: by the neutral element OpenSSL verifies anything.
  const neutral = bytes(`01${"00".repeat(31)}`);
  const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), neutral]);
  const key = createPublicKey({ key: spki, format: "der", type: "spki" });
  expect(verify(null, message, key, forgery(neutral))).toBe(true);
});

test("a key that RFC 8032 does not decode signs nothing", () => {
  for (let excess = 0n; excess < 19n; excess += 1n) {
    const y = littleEndian(2n ** 255n - 19n + excess);
    for (const sign of [0, 0x80]) {
      const key = y.map((byte, index) => (index === 31 ? byte | sign : byte));
      expect(() => noble.Point.fromBytes(key)).toThrow();
      // The neutral element in another spelling, for one: to OpenSSL, this signs anything.
      for (const start of smallOrder) expect(ed25519Verify(forgery(start), message, key)).toBe(false);
    }
  }
});

test("what has another length is no key and no signature", () => {
  const key = ed25519PublicKey(bytes("07".repeat(32)));
  expect(() => ed25519Verify(new Uint8Array(63), message, key)).toThrow(RangeError);
  expect(() => ed25519Verify(new Uint8Array(64), message, key.subarray(1))).toThrow(RangeError);
});
