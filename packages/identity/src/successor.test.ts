import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { codeOf, identityOf } from "../test/fixture.js";
import { readCertificate } from "./certificate.js";
import { announceSuccessor, verifySuccessor } from "./successor.js";

const old = identityOf("old");
const next = identityOf("next");
const stranger = identityOf("stranger");

describe("the word of a node that it goes over to another certificate", () => {
  const announcement = announceSuccessor(old, next.certificate);

  test("is taken with the old key's signature", () => {
    expect(verifySuccessor(old.certificate, announcement)).toEqual(next.certificate);
    expect(announceSuccessor(old, next.certificate)).toEqual(announcement);
  });

  test("is not taken from another key, for another certificate, or of another predecessor", () => {
    const refused = (predecessor: typeof old, over: Partial<typeof announcement>) =>
      codeOf(() => verifySuccessor(predecessor.certificate, { ...announcement, ...over }));
    expect(refused(stranger, {})).toBe("successor_signature");
    expect(refused(next, {})).toBe("successor_signature");
    expect(refused(old, announceSuccessor(stranger, next.certificate))).toBe("successor_signature");
    expect(refused(old, { certificate: stranger.certificate.der })).toBe("successor_signature");
    for (const length of [0, 63, 65])
      expect(refused(old, { signature: new Uint8Array(length) })).toBe("successor_signature");
    for (let at = 0; at < 64; at += 1) {
      const signature = announcement.signature.map((byte, index) => (index === at ? byte ^ 1 : byte));
      expect(refused(old, { signature }), `byte ${at}`).toBe("successor_signature");
    }
  });

  test("is not taken for what nobody may pin", () => {
    const { certificate } = announcement;
    const longer = Uint8Array.from([...certificate, 0]);
    expect(codeOf(() => verifySuccessor(old.certificate, { ...announcement, certificate: longer }))).toBe(
      "certificate_trailing_bytes",
    );
    expect(codeOf(() => verifySuccessor(old.certificate, { ...announcement, certificate: new Uint8Array(0) }))).toBe(
      "certificate_malformed",
    );
  });
});

interface SuccessorVector {
  readonly name: string;
  readonly predecessor: string;
  readonly certificate: string;
  readonly signature: string;
  readonly error?: string;
}

const { vectors } = JSON.parse(
  readFileSync(new URL("../../protocol/vectors/successors.json", import.meta.url), "utf8"),
) as { readonly vectors: readonly SuccessorVector[] };

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

test.each(vectors)("vector: $name", ({ predecessor, certificate, signature, error }) => {
  const announcement = { certificate: bytes(certificate), signature: bytes(signature) };
  expect(codeOf(() => verifySuccessor(readCertificate(bytes(predecessor)), announcement))).toBe(error);
});
