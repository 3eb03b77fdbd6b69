import type { Config, PartnerConfig } from "@concordat/config";
import { codeOf } from "../describe-failure.js";
import { followChain } from "../renewal/certificate-chain.js";
import type { LearnedCertificates } from "../renewal/learned-certificate.js";
import { learnedCertificatesPath, readLearnedCertificates } from "../renewal/learned-certificates-file.js";
import { type Finding, finding } from "./finding.js";

/** The partners with what each may show: the certificates of the file, and those that follow from them. */
export interface AcceptedCertificates {
  readonly partners: readonly PartnerConfig[];
  readonly findings: readonly Finding[];
}

export const acceptedCertificates = async ({ dbPath, replication }: Config): Promise<AcceptedCertificates> => {
  const partners = replication?.partners ?? [];
  try {
    const learned = await readLearnedCertificates(dbPath);
    return { partners: partners.map((partner) => withLearned(partner, learned)), findings: [] };
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    const path = learnedCertificatesPath(dbPath);
    const message = error instanceof Error ? error.message : String(error);
    const remedy = "move the file away: partners announce again what they show, or have to be pinned anew";
    return { partners, findings: [finding("learned-certificates-unusable", path, message, { remedy })] };
  }
};

const withLearned = (partner: PartnerConfig, learned: LearnedCertificates): PartnerConfig => {
  const theirs = partner.acceptRenewedCertificates ? (learned.get(partner.origin.text) ?? []) : [];
  return { ...partner, certificates: [...followChain(partner.certificates, theirs, () => false).accepted.values()] };
};
