import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { codeOf } from "../test/fixture.js";
import { needOpenssl, openssl } from "../test/openssl.js";
import { decodePrivateKey, encodePrivateKey } from "./private-key.js";

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));

// RFC 8032, section 7.1, test 3.
const seed = bytes("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
const publicKey = bytes("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");

test("the PEM is PKCS#8 of RFC 8410, as Node reads and writes it", () => {
  const pem = encodePrivateKey(seed);
  const key = createPrivateKey(pem);
  const der = key.export({ format: "der", type: "pkcs8" });
  expect(der.subarray(0, 16).toString("hex")).toBe("302e020100300506032b657004220420");
  expect(der.subarray(16)).toEqual(Buffer.from(seed));
  expect(pem).toBe(key.export({ format: "pem", type: "pkcs8" }));
  expect(createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32)).toEqual(Buffer.from(publicKey));
  expect(decodePrivateKey(pem)).toEqual(seed);
});

test("openssl reads our key, and we read openssl's", (context) => {
  needOpenssl(context);
  expect(openssl(["pkey", "-noout", "-text"], encodePrivateKey(seed))).toContain("fc:51:cd:8e:62:18:a1");
  const theirs = openssl(["genpkey", "-algorithm", "ed25519"]);
  expect(encodePrivateKey(decodePrivateKey(theirs))).toBe(theirs);
});

test("other keys are refused, and never quoted", () => {
  const pem = (type: "ed448" | "x25519") =>
    generateKeyPairSync(type as "ed448")
      .privateKey.export({ format: "pem", type: "pkcs8" })
      .toString();
  const ours = encodePrivateKey(seed);
  for (const text of [pem("ed448"), pem("x25519"), "", ours + ours, ours.slice(0, -30), ours.replace("MC4", "MC5")]) {
    expect(codeOf(() => decodePrivateKey(text))).toBe("key_malformed");
    expect(() => decodePrivateKey(text)).not.toThrow(/[A-Za-z0-9+/]{40}/);
  }
});
