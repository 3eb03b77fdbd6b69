import type { Log, Replica } from "@concordat/replica";

export interface ApiOptions {
  readonly replica: Replica;
  readonly log: Log;
  /** This program's, for `/openapi.json` and `/v1/status`. */
  readonly version: string;
  /** Greatest body of a request; 16 MiB when left out. */
  readonly bodyBytesMax?: number;
  /** Between two signs of life on a silent change feed; 15,000 when left out. */
  readonly heartbeatIntervalMs?: number;
}

/** What the routes stand on. */
export type ApiContext = Required<ApiOptions>;
