import { expect, test } from "vitest";
import { certificateA, certificateB } from "../test/certificates.js";
import { parseCertificate } from "./certificate.js";

const der = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));
const unpadded = certificateA.replace(/=+$/, "");
const withDigits = (digits: string) =>
  digits === "url" ? unpadded.replaceAll("+", "-").replaceAll("/", "_") : unpadded;

test.each([
  ["base64", certificateA],
  ["base64 without padding", unpadded],
  ["base64url", withDigits("url")],
  ["base64url with padding", withDigits("url") + certificateA.slice(unpadded.length)],
])("%s", (_, text) => {
  expect(parseCertificate(text)).toEqual({ ok: true, der: der(certificateA) });
});

test("the bytes are their own copy", () => {
  const parsed = parseCertificate(certificateB);
  expect(parsed.ok && parsed.der.buffer.byteLength).toBe(der(certificateB).byteLength);
});

test.each([
  ["a stray character", `${certificateA.slice(0, 20)}*${certificateA.slice(20)}`],
  ["a space", `${certificateA.slice(0, 20)} ${certificateA.slice(20)}`],
  ["a newline at the end", `${certificateA}\n`],
  ["both alphabets", `${certificateA.slice(0, 20)}+_${certificateA.slice(22)}`],
  ["padding that is too long", `${certificateA}==`],
  ["half of it", certificateA.slice(0, 200)],
  ["two of them", Buffer.concat([der(certificateA), der(certificateB)]).toString("base64")],
  [
    "PEM in base64",
    Buffer.from(`-----BEGIN CERTIFICATE-----\n${certificateA}\n-----END CERTIFICATE-----\n`).toString("base64"),
  ],
])("%s is refused", (_, text) => {
  expect(parseCertificate(text)).toMatchObject({ ok: false, code: "invalid_certificate" });
});
