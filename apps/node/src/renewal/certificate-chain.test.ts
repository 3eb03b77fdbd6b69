import { randomBytes } from "node:crypto";
import { announceSuccessor, createIdentity, type Identity } from "@concordat/identity";
import { expect, it } from "vitest";
import { followChain } from "./certificate-chain.js";
import type { LearnedCertificate } from "./learned-certificate.js";

const identity = (): Identity =>
  createIdentity({ origin: "localhost", nowMs: Date.UTC(2026, 0, 1), randomBytes: (length) => randomBytes(length) });

const [one, two, three, stranger] = [identity(), identity(), identity(), identity()] as const;

const learned = (before: Identity, after: Identity, inUseSinceMs?: number): LearnedCertificate => ({
  ...announceSuccessor(before, after.certificate),
  fingerprintSha256: after.certificate.fingerprintSha256,
  signedBy: before.certificate.fingerprintSha256,
  learnedAtMs: 1,
  inUseSinceMs,
});

const nobody = (_fingerprintSha256: string): boolean => false;

const names = new Map(
  Object.entries({ one, two, three, stranger }).map(([name, { certificate }]) => [certificate.fingerprintSha256, name]),
);

const accepted = (pinned: readonly Identity[], all: readonly LearnedCertificate[], isTaken = nobody) =>
  [
    ...followChain(
      pinned.map(({ certificate }) => certificate.der),
      all,
      isTaken,
    ).accepted.keys(),
  ].map((key) => names.get(key));

it("accepts the successor beside the pinned one, until it was seen in use", () => {
  expect(accepted([one], [])).toEqual(["one"]);
  expect(accepted([one], [learned(one, two)])).toEqual(["one", "two"]);
  expect(accepted([one], [learned(one, two, 5)])).toEqual(["two"]);
});

it("follows a chain to its end, wherever on it the pin is", () => {
  const chain = [learned(one, two, 5), learned(two, three)];
  expect(accepted([one], chain)).toEqual(["two", "three"]);
  expect(accepted([two], chain)).toEqual(["two", "three"]);
  expect(accepted([three], chain)).toEqual(["three"]);
  // Only the last was ever seen: nothing before it counts.
  expect(accepted([one], [learned(one, two), learned(two, three, 9)])).toEqual(["three"]);
  expect(accepted([one, stranger], [learned(one, two, 5)])).toEqual(["stranger", "two"]);
});

it("counts nothing that does not follow from a pin by a signature, whoever wrote it down", () => {
  const forged = { ...learned(stranger, two), signedBy: one.certificate.fingerprintSha256 };
  expect(accepted([one], [forged])).toEqual(["one"]);
  expect(accepted([one], [learned(stranger, two)])).toEqual(["one"]);
  expect(accepted([one], [{ ...learned(one, two, 5), certificate: stranger.certificate.der }])).toEqual(["one"]);
  expect(
    accepted([one], [{ ...learned(one, two, 5), fingerprintSha256: stranger.certificate.fingerprintSha256 }]),
  ).toEqual(["one"]);
  expect(accepted([one], [{ ...learned(one, two), certificate: new Uint8Array(3) }])).toEqual(["one"]);
  expect(accepted([], [learned(one, two)])).toEqual([]);
});

it("leaves another partner's certificate to that one", () => {
  const isTaken = (fingerprintSha256: string) => fingerprintSha256 === two.certificate.fingerprintSha256;
  expect(accepted([one], [learned(one, two, 5), learned(two, three)], isTaken)).toEqual(["one"]);
});
