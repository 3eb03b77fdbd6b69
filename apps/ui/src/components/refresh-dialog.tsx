import type { RefreshControl } from "../daemon/use-refresh.js";
import { TWINS } from "../model/command-twin.js";
import { formatEntries } from "../model/quantity.js";
import { Dialog } from "./dialog.js";

export interface RefreshDialogProps {
  readonly refresh: RefreshControl;
  readonly suffix: string;
}

/** Asks before a refresh, and again before one by which something would be lost. */
export const RefreshDialog = ({ refresh, suffix }: RefreshDialogProps) => {
  const { run } = refresh;
  if (run?.kind === "asked") {
    return (
      <Dialog
        key="asked"
        title="Refresh this node?"
        command={TWINS.refresh(run.origin, false)(suffix)}
        action="Refresh"
        onAction={() => refresh.start(run.origin, false)}
        onClose={refresh.dismiss}
      >
        <p>
          This node's content is replaced by that of <b>{run.origin}</b>. It serves and takes writes until then. If this
          node has anything that the partner does not have, you are asked before anything is touched.
        </p>
      </Dialog>
    );
  }
  if (run?.kind === "would-discard") {
    const { origin, entries, sample } = run;
    return (
      <Dialog
        key="would-discard"
        title={`${formatEntries(entries)} would be lost`}
        command={TWINS.refresh(origin, true)(suffix)}
        action="Discard them and refresh"
        isDangerous
        onAction={() => refresh.start(origin, true)}
        onClose={refresh.dismiss}
      >
        <p>
          Changed here, and not on <b>{origin}</b>. Nothing was touched so far. To keep them, cancel and export first:{" "}
          <code>concordat export{suffix}</code>
        </p>
        <ul class="lines uuids">
          {sample.map((uuid) => (
            <li key={uuid}>{uuid}</li>
          ))}
          {entries > sample.length && <li>and {formatEntries(entries - sample.length)} more</li>}
        </ul>
      </Dialog>
    );
  }
  return null;
};
