import type { NodeStatus } from "../admin/node-status.js";
import type { DaemonClient } from "../client/daemon-client.js";
import type { ReloadOutcome } from "../compose/reload.js";
import { type Finding, finding } from "./finding.js";

/** What a running daemon can be asked beside its status. */
export const runningFindings = async (daemon: DaemonClient): Promise<Finding[]> => [
  ...(await reloadFindings(daemon)),
  ...(await conflictFindings(daemon)),
];

const reloadFindings = async (daemon: DaemonClient): Promise<Finding[]> => {
  const outcome = await daemon.json<ReloadOutcome>({ method: "POST", path: "/v1/admin/reload?dry-run=true" });
  if (outcome.kind === "invalid") return [];
  const { changed, restartNeeded } = outcome;
  if (restartNeeded.length > 0) {
    const message = `the file has another ${restartNeeded.join(", ")} than the running node`;
    return [finding("config-not-loaded", "server.toml", message, { remedy: "restart the daemon" })];
  }
  if (changed.length === 0) return [];
  const message = `the file has other ${changed.join(", ")} than the running node`;
  return [
    finding("config-not-loaded", "server.toml", message, {
      remedy: "see the difference with reload --dry-run, then reload",
      command: "concordat reload",
    }),
  ];
};

const conflictFindings = async (daemon: DaemonClient): Promise<Finding[]> => {
  const { conflicts } = await daemon.json<{ conflicts: readonly unknown[] }>({
    method: "GET",
    path: "/v1/conflicts?limit=100",
  });
  if (conflicts.length === 0) return [];
  const count = conflicts.length === 100 ? "100 or more" : String(conflicts.length);
  return [
    finding("conflicts-waiting", "conflicts", `${count} conflicts are not settled`, {
      remedy: "look at them, and settle each",
      command: "concordat conflicts list",
    }),
  ];
};

export const readStatus = (daemon: DaemonClient): Promise<NodeStatus> =>
  daemon.json<NodeStatus>({ method: "GET", path: "/v1/status" });
