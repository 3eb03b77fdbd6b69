import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { codeOf, identityOf } from "../test/fixture.js";
import { type Certificate, readCertificate } from "./certificate.js";
import { ed25519Sign } from "./ed25519.js";
import { decodePrivateKey } from "./private-key.js";

const { certificate, privateKeyPem } = identityOf("a", "repl://[2001:db8::1]:8444");
const { der } = certificate;
const seed = decodePrivateKey(privateKeyPem);

/** Sets, inserts and deletes bytes at random places. */
const mutation = fc.record({
  kind: fc.constantFrom("set", "insert", "delete"),
  at: fc.nat(),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
});

const mutate = (input: Uint8Array, { kind, at, bytes }: { kind: string; at: number; bytes: Uint8Array }) => {
  const index = at % input.length;
  const rest = kind === "insert" ? index : index + bytes.length;
  return Uint8Array.of(...input.subarray(0, index), ...(kind === "delete" ? [] : bytes), ...input.subarray(rest));
};

test("no single bit can be flipped", () => {
  for (let bit = 0; bit < der.length * 8; bit++) {
    const flipped = der.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect([bit, codeOf(() => readCertificate(flipped))]).toEqual([bit, expect.stringMatching(/^certificate_/)]);
  }
}, 240_000);

test("no change of bytes is accepted, and each is an IdentityError", () => {
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      const changed = mutations.reduce(mutate, der);
      fc.pre(changed.length > 0 && Buffer.compare(changed, der) !== 0);
      expect(codeOf(() => readCertificate(changed))).toMatch(/^certificate_/);
    }),
    { numRuns: 2000 },
  );
}, 240_000);

test("any bytes and any text are refused by an IdentityError", () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.string({ unit: "binary" }), fc.base64String()), (input) => {
      expect(codeOf(() => readCertificate(input))).toMatch(/^certificate_/);
    }),
    { numRuns: 1000 },
  );
});

/** The certificate with this content, signed by its key: what a hostile partner can make. */
const signed = (content: Uint8Array): Uint8Array =>
  sequence(content, Uint8Array.from([0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x41, 0]), ed25519Sign(content, seed));

const sequence = (...parts: readonly Uint8Array[]): Uint8Array => {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Uint8Array.of(0x30, 0x82, length >> 8, length & 0xff, ...parts.flatMap((part) => [...part]));
};

test("what is accepted of a hostile signer, OpenSSL accepts and reads alike", () => {
  const contentBytes = der.length - 4 - 7 - 67;
  const content = der.subarray(4, 4 + contentBytes);
  expect(signed(content)).toEqual(der);
  let accepted = 0;
  fc.assert(
    fc.property(mutation, (change) => {
      const input = signed(mutate(content, change));
      const read: { certificate?: Certificate } = {};
      const code = codeOf(() => {
        read.certificate = readCertificate(input);
      });
      if (read.certificate === undefined) {
        expect(code).toMatch(/^certificate_/);
        return;
      }
      accepted++;
      expectAgreement(read.certificate);
    }),
    { numRuns: 2000 },
  );
  expect(accepted).toBeGreaterThan(0);
}, 240_000);

const expectAgreement = (read: Certificate): void => {
  const node = new X509Certificate(read.der);
  expect(node.raw).toEqual(Buffer.from(read.der));
  expect(node.ca).toBe(false);
  expect(node.verify(node.publicKey)).toBe(true);
  expect(node.fingerprint256).toBe(read.fingerprintSha256);
  expect([Date.parse(node.validFrom), Date.parse(node.validTo)]).toEqual([read.notBeforeMs, read.notAfterMs]);
};
