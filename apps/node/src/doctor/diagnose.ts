import type { NodeStatus } from "../admin/node-status.js";
import { certificateFindings } from "./certificate-findings.js";
import { DEFAULT_THRESHOLDS, exchangeFindings, type Thresholds } from "./exchange-findings.js";
import type { Finding } from "./finding.js";
import { linkFindings } from "./link-findings.js";

/** What is wrong with the node that says `status` of itself; nothing when it is well. Pure. */
export const diagnose = (status: NodeStatus, nowMs: number, thresholds: Thresholds = DEFAULT_THRESHOLDS): Finding[] => [
  ...linkFindings(status),
  ...exchangeFindings(status, thresholds, nowMs),
  ...certificateFindings({ own: status.certificate, partners: status.partners }, nowMs),
];
