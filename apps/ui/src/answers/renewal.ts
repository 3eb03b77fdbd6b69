import type { RenewalProgressAnswer } from "./overview.js";

/** What `POST /v1/admin/renew-certificate` answers. */
export interface RenewalAnswer {
  readonly fingerprintSha256: string;
  /** Left out when the node shows its new one. */
  readonly renewal?: RenewalProgressAnswer;
}
