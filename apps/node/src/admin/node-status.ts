import type { Replica } from "@concordat/replica";
import type { RefusedConnections } from "../compose/refused-connections.js";
import { type StatusJson, statusJson } from "../http/status-json.js";

/** What a node says of itself beside its replica's status. */
export interface NodeDescription {
  readonly origin: string | undefined;
  readonly startedAtMs: number;
  readonly version: string;
}

/** `GET /v1/admin/status`, and `concordat status --json`. */
export interface NodeStatus extends StatusJson {
  /** Left out for a node without `[replication]`. */
  readonly origin?: string;
  readonly startedAt: string;
  /** The latest first. */
  readonly refusedConnections: readonly RefusedConnectionJson[];
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
  readonly refused: RefusedConnections;
  readonly node: NodeDescription;
}

export const nodeStatus = ({ replica, refused, node }: NodeStatusSources): NodeStatus => ({
  ...statusJson(replica.status(), node.version),
  ...(node.origin !== undefined && { origin: node.origin }),
  startedAt: new Date(node.startedAtMs).toISOString(),
  refusedConnections: refused.list().map(({ code, message, from, partner, count, firstAtMs, lastAtMs }) => ({
    code,
    message,
    from,
    ...(partner !== undefined && { partner }),
    count,
    firstAt: new Date(firstAtMs).toISOString(),
    lastAt: new Date(lastAtMs).toISOString(),
  })),
});
