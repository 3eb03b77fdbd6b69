import { createIdentity, decodeIdentity, encodeIdentity, IdentityError, readCertificate } from "@concordat/identity";
import { damaged } from "./byte-damage.js";
import { DER } from "./der-tree.js";
import { type FuzzTarget, Violation } from "./fuzz-target.js";
import { Random } from "./random.js";
import { damagedText } from "./text-damage.js";
import { mutatedTree } from "./tree.js";

const seeds = new Random(1);
const identities = ["repl://localhost:8444", "repl://127.0.0.1:1", "repl://[::1]:8444"].map((origin) =>
  createIdentity({ origin, nowMs: 1_750_000_000_000, randomBytes: (length) => seeds.bytes(length) }),
);
const certificates = identities.map(({ certificate }) => certificate);
const trees = certificates.map(({ der }) => DER.parse(der));
const texts = certificates.flatMap(({ base64, pem }) => [base64, pem]);
const files = identities.map(encodeIdentity);

const isRefusal = (error: unknown): boolean => error instanceof IdentityError && typeof error.code === "string";

const readDer = (input: Uint8Array): boolean => {
  const { der, base64, pem } = readCertificate(input);
  if (!Buffer.from(der).equals(input)) throw new Violation("a certificate was accepted as other bytes than it has");
  for (const text of [base64, pem])
    if (!Buffer.from(readCertificate(text).der).equals(input)) throw new Violation("a certificate's text is another's");
  return true;
};

const readText = (input: string): boolean => {
  const { der } = readCertificate(input);
  return readDer(Uint8Array.from(der));
};

const readFile = (input: string): boolean => {
  const text = encodeIdentity(decodeIdentity(input));
  if (encodeIdentity(decodeIdentity(text)) !== text) throw new Violation("an identity comes back as another one");
  return true;
};

const derInput = (random: Random): Uint8Array => {
  if (random.oneIn(10)) return random.bytes(random.below(600));
  if (random.oneIn(3)) return damaged(random.pick(certificates).der, random, 3);
  const mutant = mutatedTree(random.pick(trees), random, trees, DER.hostile);
  return damaged(DER.encode(mutant), random, random.oneIn(4) ? 2 : 0);
};

const WORDS = [
  "-----BEGIN CERTIFICATE-----",
  "-----END CERTIFICATE-----",
  "-----BEGIN PRIVATE KEY-----",
  "MII",
  "=",
  "==",
  "-_",
  "+/",
];

export const CERTIFICATE_TARGETS: readonly FuzzTarget[] = [
  { name: "certificates", share: 4, input: derInput, read: (input) => readDer(input as Uint8Array), isRefusal },
  {
    name: "certificate texts",
    share: 1,
    input: (random) => damagedText(random.pick(texts), random, WORDS, texts),
    read: (input) => readText(String(input)),
    isRefusal,
  },
  {
    name: "identity files",
    share: 1,
    input: (random) => damagedText(random.pick(files), random, WORDS, files),
    read: (input) => readFile(String(input)),
    isRefusal,
  },
];
