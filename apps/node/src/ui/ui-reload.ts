import type { ReloadAnswer } from "@concordat/ui";
import type { DaemonClient } from "../client/daemon-client.js";
import { changeLines } from "../commands/change-lines.js";
import type { ReloadOutcome } from "../compose/reload.js";

/** Has the daemon read its file again, or say what that would change: in the words of `concordat reload`. */
export const reloadFor = async (
  daemon: DaemonClient,
  { dryRun }: { readonly dryRun: boolean },
): Promise<ReloadAnswer> => {
  const path = `/v1/admin/reload?dry-run=${dryRun}`;
  const outcome = await daemon.json<ReloadOutcome>({ method: "POST", path });
  if (outcome.kind === "invalid") return outcome;
  const { changes, ...difference } = outcome;
  return { ...difference, lines: changeLines(changes) };
};
