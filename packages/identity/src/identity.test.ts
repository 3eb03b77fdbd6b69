import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codeOf, identityOf, NOW_MS, seededBytes } from "../test/fixture.js";
import { needOpenssl, openssl } from "../test/openssl.js";
import { readCertificate } from "./certificate.js";
import { createIdentity, decodeIdentity, encodeIdentity, renewIdentity } from "./identity.js";

const DAY_MS = 24 * 60 * 60 * 1000;

test("the same seed, serial and time make the same identity, byte by byte", () => {
  expect(encodeIdentity(identityOf("a"))).toBe(encodeIdentity(identityOf("a")));
  expect(encodeIdentity(identityOf("a"))).not.toBe(encodeIdentity(identityOf("b")));
});

test("a seed that is given is the private key", () => {
  const seed = Uint8Array.from(Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex"));
  const { certificate } = createIdentity({
    origin: "localhost",
    nowMs: NOW_MS,
    seed,
    randomBytes: seededBytes("serial"),
  });
  // RFC 8032, section 7.1, test 1.
  expect(Buffer.from(certificate.publicKey).toString("hex")).toBe(
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
  );
});

test("it is valid from five minutes ago for four years, to the second", () => {
  const { certificate } = identityOf("a");
  const second = Math.floor(NOW_MS / 1000) * 1000;
  expect(certificate.notBeforeMs).toBe(second - 5 * 60 * 1000);
  expect(certificate.notAfterMs).toBe(second + 1461 * DAY_MS);
});

test("the subject names key and serial, and fits into a common name", () => {
  const { certificate } = identityOf("a");
  expect(certificate.subject).toMatch(/^CN=[0-9a-f]{32}-[0-9a-f]{30}$/);
  expect(certificate.subject.slice(3).length).toBeLessThanOrEqual(64);
  expect(certificate.subject.endsWith(`-${certificate.serialNumber.toLowerCase()}`)).toBe(true);
});

test.each([0x00, 0x7f, 0x80, 0xff])("a serial of bytes %i is positive and of constant length", (byte) => {
  const randomBytes = (length: number) => new Uint8Array(length).fill(byte);
  const { certificate } = createIdentity({ origin: "localhost", nowMs: NOW_MS, randomBytes });
  expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{29}$/);
  expect(new X509Certificate(certificate.der).serialNumber).toBe(certificate.serialNumber);
});

test.each([
  ["repl://localhost:8444", ["localhost"], "DNS:localhost"],
  ["repl://node-a.example.com:8444", ["node-a.example.com"], "DNS:node-a.example.com"],
  ["repl://192.0.2.7:8444", ["192.0.2.7"], "IP Address:192.0.2.7"],
  ["repl://[2001:db8::1]:8444", ["2001:db8::1"], "IP Address:2001:DB8:0:0:0:0:0:1"],
])("%s is in the certificate as %j", (origin, hosts, subjectAltName) => {
  const { certificate } = identityOf("a", origin);
  const node = new X509Certificate(certificate.der);
  expect(certificate.hosts).toEqual(hosts);
  expect(node.subjectAltName).toBe(subjectAltName);
  const [host = ""] = hosts;
  expect(subjectAltName.startsWith("DNS") ? node.checkHost(host) : node.checkIP(host)).toBe(host);
});

test.each([
  ["the last second of UTCTime", Date.UTC(2049, 11, 31, 23, 59, 59)],
  ["the first second of GeneralizedTime", Date.UTC(2050, 0, 1)],
  ["both ends past 2049", Date.UTC(2060, 5, 1)],
  ["a distant end", Date.UTC(9995, 0, 1)],
])("%s is written and read", (_, momentMs) => {
  for (const nowMs of [momentMs, momentMs - 1461 * DAY_MS, momentMs + 5 * 60 * 1000]) {
    const { certificate } = identityOf("a", "localhost", nowMs);
    const node = new X509Certificate(certificate.der);
    expect(certificate.notBeforeMs).toBe(nowMs - 5 * 60 * 1000);
    expect(certificate.notAfterMs).toBe(nowMs + 1461 * DAY_MS);
    expect([Date.parse(node.validFrom), Date.parse(node.validTo)]).toEqual([
      certificate.notBeforeMs,
      certificate.notAfterMs,
    ]);
    // UTCTime (tag 23) through 2049, GeneralizedTime (tag 24) from 2050 on, as RFC 5280 has it.
    const tag = (ms: number) => (ms < Date.UTC(2050, 0, 1) ? "\x17\x0d" : "\x18\x0f");
    expect(Buffer.from(certificate.der).toString("latin1")).toContain(
      `${tag(certificate.notBeforeMs)}${timeText(certificate.notBeforeMs)}${tag(certificate.notAfterMs)}${timeText(certificate.notAfterMs)}`,
    );
  }
});

const timeText = (ms: number): string => {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\..*/g, "");
  return `${ms < Date.UTC(2050, 0, 1) ? digits.slice(2) : digits}Z`;
};

test("openssl finds nothing wrong with it, strictly, for either purpose", (context) => {
  needOpenssl(context);
  const directory = mkdtempSync(join(tmpdir(), "concordat-identity-"));
  try {
    for (const origin of ["repl://localhost:1", "repl://192.0.2.7:1", "repl://[2001:db8::1]:1"]) {
      for (const nowMs of [NOW_MS, Date.UTC(2060, 0, 1)]) {
        const identity = identityOf("a", origin, nowMs);
        const file = join(directory, "identity.pem");
        writeFileSync(file, identity.certificate.pem);
        for (const purpose of ["sslserver", "sslclient"]) {
          const args = ["-x509_strict", "-check_ss_sig", "-purpose", purpose, "-attime", `${Math.floor(nowMs / 1000)}`];
          expect(openssl(["verify", ...args, "-CAfile", file, file])).toBe(`${file}: OK\n`);
        }
        // One file holds both: openssl finds each half, and they belong together.
        writeFileSync(file, encodeIdentity(identity));
        expect(openssl(["pkey", "-in", file, "-pubout"])).toBe(openssl(["x509", "-in", file, "-noout", "-pubkey"]));
      }
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("openssl prints what PROTOCOL asks for", (context) => {
  needOpenssl(context);
  const { certificate } = identityOf("a", "repl://[2001:db8::1]:8444");
  const text = openssl(["x509", "-noout", "-text", "-fingerprint", "-sha256"], certificate.pem).replace(/\s+/g, " ");
  const keyIdentifier = certificate.subject
    .slice(3, 35)
    .toUpperCase()
    .replace(/..(?=.)/g, "$&:");
  for (const part of [
    "Version: 3 (0x2)",
    "Signature Algorithm: ED25519",
    "Basic Constraints: critical CA:FALSE",
    "Key Usage: critical Digital Signature X509v3 Extended",
    "Extended Key Usage: TLS Web Server Authentication, TLS Web Client Authentication",
    "Subject Alternative Name: IP Address:2001:DB8:0:0:0:0:0:1",
    `Subject Key Identifier: ${keyIdentifier}:`,
    `Authority Key Identifier: ${keyIdentifier}:`,
    `Fingerprint=${certificate.fingerprintSha256}`,
  ]) {
    expect(text).toContain(part);
  }
});

test("renewing changes key, serial, subject and validity, and keeps the hosts", () => {
  const old = identityOf("old", "repl://[2001:db8::1]:8444");
  const later = NOW_MS + 1000 * DAY_MS;
  const renewed = renewIdentity(old, { nowMs: later, randomBytes: seededBytes("new") });
  expect(renewed.certificate.hosts).toEqual(old.certificate.hosts);
  expect(renewed.certificate.notAfterMs - old.certificate.notAfterMs).toBe(1000 * DAY_MS);
  expect(renewed.privateKeyPem).not.toBe(old.privateKeyPem);
  for (const field of ["publicKey", "serialNumber", "subject", "fingerprintSha256"] as const) {
    expect(renewed.certificate[field]).not.toEqual(old.certificate[field]);
  }
  const moved = renewIdentity(old, { nowMs: later, randomBytes: seededBytes("new"), origin: "repl://b.example:1" });
  expect(moved.certificate.hosts).toEqual(["b.example"]);
});

test("an identity survives its text, in either order of the halves", () => {
  const identity = identityOf("a");
  expect(decodeIdentity(encodeIdentity(identity))).toEqual(identity);
  expect(decodeIdentity(identity.certificate.pem + identity.privateKeyPem.trimEnd())).toEqual(identity);
  expect(decodeIdentity(encodeIdentity({ ...identity, privateKeyPem: identity.privateKeyPem.trim() }))).toEqual(
    identity,
  );
});

test("halves that do not belong together are neither written nor read", () => {
  const [a, b] = [identityOf("a"), identityOf("b")];
  expect(codeOf(() => encodeIdentity({ ...a, privateKeyPem: b.privateKeyPem }))).toBe("key_mismatch");
  expect(codeOf(() => decodeIdentity(a.privateKeyPem + b.certificate.pem))).toBe("key_mismatch");
});

test("a text without exactly one key and one certificate is refused", () => {
  const { privateKeyPem, certificate } = identityOf("a");
  for (const text of [
    "",
    privateKeyPem,
    certificate.pem,
    `${privateKeyPem}${certificate.pem}${certificate.pem}`,
    "x",
  ]) {
    expect(codeOf(() => decodeIdentity(text))).toBe("identity_file_malformed");
  }
});

test("seeds, random bytes and times of the wrong shape are refused", () => {
  const create = (options: object) =>
    codeOf(() => createIdentity({ origin: "localhost", nowMs: NOW_MS, randomBytes: seededBytes("a"), ...options }));
  expect(create({ seed: new Uint8Array(31) })).toBe("argument_invalid");
  expect(create({ randomBytes: () => new Uint8Array(16) })).toBe("argument_invalid");
  for (const nowMs of [Number.NaN, Number.POSITIVE_INFINITY, -1, Date.UTC(9996, 0, 1)]) {
    expect(create({ nowMs })).toBe("argument_invalid");
  }
  expect(create({ origin: "localhost:8444" })).toBe("origin_invalid");
});

test("what is issued is what readCertificate reads", () => {
  const { certificate } = identityOf("a");
  expect(readCertificate(certificate.der)).toEqual(certificate);
});
