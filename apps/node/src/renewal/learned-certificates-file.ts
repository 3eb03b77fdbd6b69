import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";
import { EXIT_CODE } from "../exit-code.js";
import { writeWholeFile } from "../keep/whole-file.js";
import type { LearnedCertificate, LearnedCertificates } from "./learned-certificate.js";

export const learnedCertificatesPath = (directory: string): string =>
  join(directory, "learned-partner-certificates.json");

const ABOUT =
  "Certificates that partners have announced, each signed with the one before it; the node writes this file. To forget one, take its entry out and reload.";

const base64 = v.pipe(
  v.string(),
  v.base64(),
  v.transform((text) => new Uint8Array(Buffer.from(text, "base64"))),
);

const timeMs = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform((text) => Date.parse(text)),
);

const FILE = v.object({
  partners: v.record(
    v.string(),
    v.array(
      v.object({
        certificate: base64,
        fingerprintSha256: v.string(),
        signedBy: v.string(),
        signature: base64,
        learnedAt: timeMs,
        inUseSince: v.optional(timeMs),
      }),
    ),
  ),
});

/** None when there is no file. Throws a `CommandError` for one that cannot be read. */
export const readLearnedCertificates = async (directory: string): Promise<LearnedCertificates> => {
  const path = learnedCertificatesPath(directory);
  try {
    const { partners } = v.parse(FILE, JSON.parse(await readFile(path, "utf8")));
    return new Map(
      Object.entries(partners).map(([origin, learned]) => [
        origin,
        learned.map(
          ({ learnedAt, inUseSince, ...rest }): LearnedCertificate => ({
            ...rest,
            learnedAtMs: learnedAt,
            inUseSinceMs: inUseSince,
          }),
        ),
      ]),
    );
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return new Map();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`cannot read ${path}: ${reason}`, {
      exitCode: EXIT_CODE.badConfiguration,
      code: "learned_certificates_unreadable",
      remedy: "mend it, or move it away: partners whose certificates were learned are then known by server.toml alone",
      cause,
    });
  }
};

/** Durable when it resolves. */
export const writeLearnedCertificates = (directory: string, learned: LearnedCertificates): Promise<void> => {
  const partners = Object.fromEntries([...learned].map(([origin, all]) => [origin, all.map(asJson)]));
  const text = `${JSON.stringify({ about: ABOUT, partners }, undefined, 2)}\n`;
  return writeWholeFile(learnedCertificatesPath(directory), { force: true }, (append) =>
    append(new TextEncoder().encode(text)),
  );
};

const asJson = (one: LearnedCertificate) => ({
  certificate: Buffer.from(one.certificate).toString("base64"),
  fingerprintSha256: one.fingerprintSha256,
  signedBy: one.signedBy,
  signature: Buffer.from(one.signature).toString("base64"),
  learnedAt: new Date(one.learnedAtMs).toISOString(),
  ...(one.inUseSinceMs !== undefined && { inUseSince: new Date(one.inUseSinceMs).toISOString() }),
});
