import type { OverviewAnswer } from "@concordat/ui";
import type { NodeStatus } from "../admin/node-status.js";
import type { DaemonClient } from "../client/daemon-client.js";
import { diagnose } from "../doctor/diagnose.js";

/** What the page shows of a node: its status, and what `concordat doctor` says of that. */
export const readOverview = async (
  daemon: DaemonClient,
  commandSuffix: string,
  nowMs: number,
): Promise<OverviewAnswer> => {
  const status = await daemon.json<NodeStatus>({ method: "GET", path: "/v1/status" });
  return { at: new Date(nowMs).toISOString(), status, findings: diagnose(status, nowMs), commandSuffix };
};
