import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PartnerConfig } from "@concordat/config";
import { announceSuccessor, createIdentity, type Identity } from "@concordat/identity";
import { pino } from "pino";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { eventually } from "../../test/testing/eventually.js";
import { PartnerCertificates } from "./partner-certificates.js";

const NOW_MS = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;

const identity = (nowMs = NOW_MS): Identity =>
  createIdentity({ origin: "localhost", nowMs, randomBytes: (length) => randomBytes(length) });

const partner = (host: string, pinned: Identity, more: Partial<PartnerConfig> = {}): PartnerConfig =>
  ({
    type: "mutual-pull",
    origin: { text: `repl://${host}:1`, host, port: 1 },
    certificates: [pinned.certificate.der],
    acceptRenewedCertificates: true,
    automaticRefresh: false,
    ...more,
  }) as PartnerConfig;

const B = "repl://b:1";
let directory: string;
let events: Record<string, unknown>[];
let greeted: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "concordat-renewal-"));
  [events, greeted] = [[], []];
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
});

const open = async (
  partners: readonly PartnerConfig[],
  hold: () => void = () => undefined,
): Promise<PartnerCertificates> => {
  const logger = pino({ level: "info" }, { write: (line: string) => void events.push(JSON.parse(line)) });
  const certificates = new PartnerCertificates({ directory, logger, nowMs: () => NOW_MS });
  await certificates.setPartners(partners);
  certificates.attach({ hold, sayHelloAgain: (origin) => void greeted.push(origin) });
  return certificates;
};

const hear = async (
  certificates: PartnerCertificates,
  shown: Identity,
  successor?: { by: Identity; of: Identity },
): Promise<void> => {
  const announced = successor && announceSuccessor(successor.by, successor.of.certificate);
  certificates.hear({
    partner: B,
    peerCertificate: shown.certificate.der,
    certificates: { successor: announced, accepted: [] },
    dialled: false,
  });
  // Behind it in the queue.
  await certificates.settled();
};

const accepted = (certificates: PartnerCertificates): string[] => [...certificates.accepted(B).keys()];
const fingerprints = (...all: Identity[]): string[] => all.map(({ certificate }) => certificate.fingerprintSha256);

it("learns, supersedes, and knows it all again after a restart", async () => {
  const [one, two, three] = [identity(), identity(), identity()];
  const config = [partner("b", one)];
  const before = await open(config);
  await hear(before, one, { by: one, of: two });
  expect(accepted(before)).toEqual(fingerprints(one, two));
  expect(greeted).toEqual([B]);
  await hear(before, one, { by: one, of: two });
  expect(greeted).toEqual([B]);

  const after = await open(config);
  expect(accepted(after)).toEqual(fingerprints(one, two));
  await hear(after, two, { by: two, of: three });
  expect(accepted(after)).toEqual(fingerprints(two, three));
  expect(accepted(await open(config))).toEqual(fingerprints(two, three));
  expect(events.map(({ event }) => event)).toEqual([
    "partner_certificate_learned",
    "partner_certificate_in_use",
    "partner_certificate_learned",
  ]);
});

it("takes a later announcement in place of an earlier one, until that was seen", async () => {
  const [one, two, other] = [identity(), identity(), identity()];
  const certificates = await open([partner("b", one)]);
  await hear(certificates, one, { by: one, of: two });
  await hear(certificates, one, { by: one, of: other });
  expect(accepted(certificates)).toEqual(fingerprints(one, other));
  await hear(certificates, other);
  // The old key is worth nothing any more, though its connection may still be open.
  await hear(certificates, one, { by: one, of: two });
  expect(accepted(certificates)).toEqual(fingerprints(other));
  expect(events.at(-1)).toMatchObject({ event: "partner_certificate_refused" });
});

it("takes nothing that the old key has not signed, that another partner has, or whose time it is not; and says so once", async () => {
  const [one, two, stranger, c] = [identity(), identity(), identity(), identity()];
  const certificates = await open([partner("b", one), partner("c", c)]);
  await hear(certificates, one, { by: stranger, of: two });
  await hear(certificates, one, { by: stranger, of: two });
  await hear(certificates, one, { by: one, of: c });
  await hear(certificates, one, { by: one, of: identity(NOW_MS + DAY_MS) });
  await hear(certificates, one, { by: one, of: identity(NOW_MS - 1_500 * DAY_MS) });
  await hear(certificates, stranger, { by: stranger, of: two });
  expect(accepted(certificates)).toEqual(fingerprints(one));
  expect(events.map(({ event }) => event)).toEqual(Array.from({ length: 5 }, () => "partner_certificate_refused"));
  expect(greeted).toEqual([]);
});

it("takes nothing from a partner that is not to renew, and forgets nothing of it", async () => {
  const [one, two] = [identity(), identity()];
  const certificates = await open([partner("b", one)]);
  await hear(certificates, one, { by: one, of: two });
  await certificates.setPartners([partner("b", one, { acceptRenewedCertificates: false })]);
  expect(accepted(certificates)).toEqual(fingerprints(one));
  await hear(certificates, one, { by: one, of: two });
  expect(accepted(certificates)).toEqual(fingerprints(one));
  await certificates.setPartners([partner("b", one)]);
  expect(accepted(certificates)).toEqual(fingerprints(one, two));
});

it("accepts nothing that it could not hold partners to, or could not write down", async () => {
  const [one, two] = [identity(), identity()];
  let isFull = false;
  const certificates = await open([partner("b", one)], () => {
    if (isFull) throw new RangeError("513 pinned certificates");
  });
  isFull = true;
  await hear(certificates, one, { by: one, of: two });
  expect(accepted(certificates)).toEqual(fingerprints(one));
  isFull = false;
  await rm(directory, { recursive: true });
  await hear(certificates, one, { by: one, of: two });
  await eventually(
    () => events.length,
    (count) => count > 0,
  );
  expect(accepted(certificates)).toEqual(fingerprints(one));
  expect(greeted).toEqual([]);
});
