import type { Replica } from "@concordat/replica";
import type { CertificateSummary } from "../compose/certificate-summary.js";
import type { RefusedConnection } from "../compose/refused-connections.js";
import { type PartnerJson, type StatusJson, statusJson } from "../http/status-json.js";

/** What a node says of itself beside its replica's status. */
export interface NodeDescription {
  readonly origin: string | undefined;
  readonly startedAtMs: number;
  readonly version: string;
  /** The one that it shows now. */
  readonly certificate: () => CertificateSummary | undefined;
  /** Those that the partner of that origin may show now. */
  readonly pinsOf: (origin: string) => readonly CertificateSummary[];
}

/** `GET /v1/status`, and `concordat status --json`. */
export interface NodeStatus extends StatusJson {
  /** Left out for a node without `[replication]`. */
  readonly origin?: string;
  readonly startedAt: string;
  /** This node's own; left out for a node without `[replication]`. */
  readonly certificate?: CertificateJson;
  readonly partners: readonly NodePartnerJson[];
  /** The latest first. */
  readonly refusedConnections: readonly RefusedConnectionJson[];
}

export interface NodePartnerJson extends PartnerJson {
  /** The pinned ones; two while it renews. */
  readonly certificates: readonly CertificateJson[];
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
  const certificate = node.certificate();
  return {
    ...status,
    ...(node.origin !== undefined && { origin: node.origin }),
    startedAt: new Date(node.startedAtMs).toISOString(),
    ...(certificate && { certificate: certificateJson(certificate) }),
    partners: partners.map((partner) => ({
      ...partner,
      certificates: node.pinsOf(partner.origin).map(certificateJson),
    })),
    refusedConnections: refused.list().map(refusedJson),
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
