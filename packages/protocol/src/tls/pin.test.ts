import { afterAll, expect, it } from "vitest";
import { PINS_MAX, parsePins } from "./pin.js";
import { CertificateMaker } from "./testing/certificate-maker.js";

const maker = new CertificateMaker();
afterAll(() => maker.dispose());
const a = maker.make();
const b = maker.make();

it("finds pins by fingerprint, two for one partner too", () => {
  const pins = parsePins(new Map([["repl://a:1", [a.der, b.der]]]));
  expect([...pins.keys()]).toEqual([a.fingerprint, b.fingerprint]);
  expect(pins.get(a.fingerprint)).toMatchObject({ partner: "repl://a:1", validToMs: a.validToMs, isAuthority: false });
});

it("refuses what is not exactly one DER certificate", () => {
  const parse = (der: Uint8Array) => () => parsePins(new Map([["repl://a:1", [der]]]));
  expect(parse(Uint8Array.of(1, 2, 3))).toThrow(TypeError);
  expect(parse(Buffer.from(a.certificatePem))).toThrow(/not exactly one/);
  expect(parse(Buffer.concat([a.der, Uint8Array.of(0)]))).toThrow(/repl:\/\/a:1/);
});

it("refuses one certificate for two partners", () => {
  const partners = new Map([
    ["repl://a:1", [a.der]],
    ["repl://b:1", [a.der]],
  ]);
  expect(() => parsePins(partners)).toThrow(/is pinned for repl:\/\/a:1 and for repl:\/\/b:1/);
});

it("takes PINS_MAX of them and not one more", () => {
  // Certificates that differ in their signatures' last bytes; nobody has verified those yet.
  const many = Array.from({ length: PINS_MAX + 1 }, (_, i) => {
    const der = Buffer.from(a.der);
    der.writeUInt16BE(i, der.length - 2);
    return der;
  });
  expect(parsePins(new Map([["repl://a:1", many.slice(1)]])).size).toBe(PINS_MAX);
  expect(() => parsePins(new Map([["repl://a:1", many]]))).toThrow(RangeError);
});
