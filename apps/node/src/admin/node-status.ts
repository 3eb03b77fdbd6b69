import type { Replica } from "@concordat/replica";
import type { CertificateSummary } from "../compose/certificate-summary.js";
import type { RefusedConnection } from "../compose/refused-connections.js";
import { type PartnerJson, type StatusJson, statusJson } from "../http/status-json.js";
import type { NodeCertificates } from "../renewal/node-certificates.js";
import { type LearnedCertificateJson, learnedCertificatesJson, type RenewalJson, renewalJson } from "./renewal-json.js";

/** What a node says of itself beside its replica's status. */
export interface NodeDescription {
  readonly origin: string | undefined;
  readonly startedAtMs: number;
  readonly version: string;
  /** Of a node with `[replication]`. */
  readonly certificates: NodeCertificates | undefined;
}

/** `GET /v1/status`, and `concordat status --json`. */
export interface NodeStatus extends StatusJson {
  /** Left out for a node without `[replication]`. */
  readonly origin?: string;
  readonly startedAt: string;
  /** This node's own; left out for a node without `[replication]`. */
  readonly certificate?: CertificateJson;
  /** While the node is going over to another one. */
  readonly renewal?: RenewalJson;
  /** Where those are kept that partners have announced; left out when there are none. */
  readonly learnedCertificatesFile?: string;
  readonly partners: readonly NodePartnerJson[];
  /** The latest first. */
  readonly refusedConnections: readonly RefusedConnectionJson[];
}

export interface NodePartnerJson extends PartnerJson {
  /** Those that it may show now: pinned, or announced with the signature of one that is; two while it renews. */
  readonly certificates: readonly CertificateJson[];
  /** The announced ones; left out when there are none. */
  readonly learnedCertificates?: readonly LearnedCertificateJson[];
}

export interface CertificateJson {
  readonly fingerprintSha256: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

export interface RefusedConnectionJson {
  readonly code: string;
  readonly message: string;
  readonly from: string;
  readonly partner?: string;
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

export interface NodeStatusSources {
  readonly replica: Replica;
  readonly refused: { list(): readonly RefusedConnection[] };
  readonly node: NodeDescription;
}

export const nodeStatus = ({ replica, refused, node }: NodeStatusSources): NodeStatus => {
  const { partners, ...status } = statusJson(replica.status(), node.version);
  const { certificates } = node;
  const renewal = certificates && renewalJson(certificates);
  return {
    ...status,
    ...(node.origin !== undefined && { origin: node.origin }),
    startedAt: new Date(node.startedAtMs).toISOString(),
    ...(certificates && { certificate: certificateJson(certificates.identity.certificate) }),
    ...(renewal && { renewal }),
    ...(certificates?.hasLearned && { learnedCertificatesFile: certificates.partners.path }),
    partners: partners.map((partner) => ({ ...partner, ...certificatesOf(certificates, partner.origin) })),
    refusedConnections: refused.list().map(refusedJson),
  };
};

const certificatesOf = (certificates: NodeCertificates | undefined, origin: string) => {
  const learned = certificates ? learnedCertificatesJson(certificates, origin) : [];
  return {
    certificates: certificates?.pinsOf(origin).map(certificateJson) ?? [],
    ...(learned.length > 0 && { learnedCertificates: learned }),
  };
};

const certificateJson = ({ fingerprintSha256, notBeforeMs, notAfterMs }: CertificateSummary): CertificateJson => ({
  fingerprintSha256,
  notBefore: new Date(notBeforeMs).toISOString(),
  notAfter: new Date(notAfterMs).toISOString(),
});

const refusedJson = ({
  code,
  message,
  from,
  partner,
  count,
  firstAtMs,
  lastAtMs,
}: RefusedConnection): RefusedConnectionJson => ({
  code,
  message,
  from,
  ...(partner !== undefined && { partner }),
  count,
  firstAt: new Date(firstAtMs).toISOString(),
  lastAt: new Date(lastAtMs).toISOString(),
});
