import { X509Certificate } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { checkPeer, type PeerFacts } from "./check-peer.js";
import { parsePins } from "./pin.js";
import { CertificateMaker } from "./testing/certificate-maker.js";
import { APPLICATION_PROTOCOL } from "./tls-identity.js";

const maker = new CertificateMaker();
afterAll(() => maker.dispose());

const partner = maker.make();
const pins = parsePins(new Map([["repl://b:1", [partner.der]]]));
const nowMs = Date.now();
const good: PeerFacts = {
  tlsVersion: "TLSv1.3",
  applicationProtocol: APPLICATION_PROTOCOL,
  isSessionReused: false,
  certificate: new X509Certificate(partner.certificatePem),
  verifyError: "DEPTH_ZERO_SELF_SIGNED_CERT",
};

describe("checkPeer", () => {
  it("trusts the pinned certificate and names its partner", () => {
    expect(checkPeer(good, pins, nowMs)).toMatchObject({ kind: "trusted", pin: { partner: "repl://b:1" } });
  });

  it.each<[string, Partial<PeerFacts>]>([
    ["other-version", { tlsVersion: "TLSv1.2" }],
    ["other-version", { tlsVersion: null }],
    ["other-version", { applicationProtocol: "concordat/2" }],
    ["other-version", { applicationProtocol: false }],
    ["session-reused", { isSessionReused: true }],
    ["certificate-missing", { certificate: undefined }],
    ["not-valid-now", { verifyError: "CERT_HAS_EXPIRED" }],
    ["not-valid-now", { verifyError: "CERT_NOT_YET_VALID" }],
    ["not-self-signed", { verifyError: "INVALID_PURPOSE" }],
    // What a store with authorities in it would say: there is to be none.
    ["not-self-signed", { verifyError: "null" }],
  ])("says %s for %o", (kind, facts) => {
    expect(checkPeer({ ...good, ...facts }, pins, nowMs).kind).toBe(kind);
  });

  it("goes by the caller's clock too, on both ends of the validity", () => {
    const pin = [...pins.values()][0];
    const at = (ms: number | undefined) => checkPeer(good, pins, ms ?? Number.NaN).kind;
    expect(at(pin?.validFromMs)).toBe("trusted");
    expect(at((pin?.validFromMs ?? 0) - 1)).toBe("not-valid-now");
    expect(at(pin?.validToMs)).toBe("trusted");
    expect(at((pin?.validToMs ?? 0) + 1)).toBe("not-valid-now");
    expect(at(Number.NaN)).toBe("not-valid-now");
  });

  it("compares the bytes: neither the key nor the subject makes a pin", () => {
    const sameKey = maker.make({ keyOf: partner });
    const facts = { ...good, certificate: new X509Certificate(sameKey.certificatePem) };
    expect(checkPeer(facts, pins, nowMs).kind).toBe("not-pinned");
    const sameSubject = maker.make({ subject: "test-1" });
    expect(checkPeer({ ...good, certificate: new X509Certificate(sameSubject.certificatePem) }, pins, nowMs).kind).toBe(
      "not-pinned",
    );
  });

  it("does not take a fingerprint's word for the bytes", () => {
    const other = maker.make();
    const forged = new Map([...pins.values()].map((pin) => [other.fingerprint, pin]));
    const facts = { ...good, certificate: new X509Certificate(other.certificatePem) };
    expect(checkPeer(facts, forged, nowMs).kind).toBe("not-pinned");
  });

  it("refuses an authority's certificate even when it is pinned", () => {
    const authority = maker.make({ isAuthority: true });
    const facts = { ...good, certificate: new X509Certificate(authority.certificatePem) };
    expect(checkPeer(facts, parsePins(new Map([["repl://b:1", [authority.der]]])), nowMs).kind).toBe("authority");
  });
});
