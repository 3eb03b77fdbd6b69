import type { Log, Replica } from "@concordat/replica";
import type { NodeStatus } from "../admin/node-status.js";
import type { NodeMetrics } from "../metrics/node-metrics.js";

export interface ApiOptions {
  readonly replica: Replica;
  /** How the node is at this moment: `/v1/status`. */
  readonly status: () => NodeStatus;
  readonly metrics: Pick<NodeMetrics, "text" | "observeRequest">;
  readonly log: Log;
  /** This program's, for `/openapi.json`. */
  readonly version: string;
  /** Greatest body of a request; 16 MiB when left out. */
  readonly bodyBytesMax?: number;
  /** Between two signs of life on a silent change feed; 15,000 when left out. */
  readonly heartbeatIntervalMs?: number;
}

/** What the routes stand on. */
export type ApiContext = Required<ApiOptions>;
