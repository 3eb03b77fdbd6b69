import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { identityOf } from "../test/fixture.js";
import { needOpenssl, openssl } from "../test/openssl.js";
import { certificateValidity } from "./certificate-validity.js";

const { certificate } = identityOf("validity");
const { notBeforeMs, notAfterMs } = certificate;

test("it is valid from its first millisecond to the last before its end", () => {
  expect(certificateValidity(certificate, notBeforeMs - 1)).toEqual({ kind: "not-yet-valid", startsInMs: 1 });
  expect(certificateValidity(certificate, notBeforeMs)).toEqual({
    kind: "valid",
    remainingMs: notAfterMs - notBeforeMs,
  });
  expect(certificateValidity(certificate, notAfterMs - 1)).toEqual({ kind: "valid", remainingMs: 1 });
  expect(certificateValidity(certificate, notAfterMs)).toEqual({ kind: "expired", expiredForMs: 0 });
  expect(certificateValidity(certificate, notAfterMs + 1000)).toEqual({ kind: "expired", expiredForMs: 1000 });
});

test("openssl draws the same lines", (context) => {
  needOpenssl(context);
  const directory = mkdtempSync(join(tmpdir(), "concordat-identity-"));
  const file = join(directory, "certificate.pem");
  writeFileSync(file, certificate.pem);
  const accepts = (timeMs: number): boolean => {
    try {
      return openssl(["verify", "-attime", `${timeMs / 1000}`, "-CAfile", file, file]).includes("OK");
    } catch {
      return false;
    }
  };
  try {
    for (const timeMs of [notBeforeMs - 1000, notBeforeMs, notAfterMs - 1000, notAfterMs]) {
      expect([timeMs, accepts(timeMs)]).toEqual([timeMs, certificateValidity(certificate, timeMs).kind === "valid"]);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});
