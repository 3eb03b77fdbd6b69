import { useState } from "preact/hooks";
import type { ReloadAnswer } from "../answers/index.js";
import type { Daemon } from "../daemon/daemon.js";
import { TWINS } from "../model/command-twin.js";
import { ActionButton } from "./action-button.js";

export interface ReloadButtonProps {
  readonly daemon: Daemon;
  readonly suffix: string;
  readonly onDone: () => void;
}

/** Has the daemon read its file again; what that would change is shown before. */
export const ReloadButton = ({ daemon, suffix, onDone }: ReloadButtonProps) => {
  const [preview, setPreview] = useState<readonly string[] | undefined>();
  const look = async (): Promise<void> => {
    setPreview(undefined);
    setPreview(
      await daemon.reload({ dryRun: true }).then(previewLines, (error: Error) => [`Failed: ${error.message}`]),
    );
  };
  return (
    <ActionButton
      label="Reload…"
      title="Reload the configuration"
      command={TWINS.reload(suffix)}
      action="Reload"
      run={async () => outcomeLines(await daemon.reload({ dryRun: false }))}
      onOpen={() => void look()}
      onDone={onDone}
    >
      <p>
        The daemon reads server.toml again, and takes over what it can without a restart. A file with errors changes
        nothing.
      </p>
      {preview && <pre class="preview">{preview.join("\n")}</pre>}
    </ActionButton>
  );
};

const previewLines = (answer: ReloadAnswer): readonly string[] => {
  if (answer.kind === "invalid") return ["The file has errors:", ...answer.issues];
  return answer.lines.length === 0 ? ["Nothing would change."] : answer.lines;
};

const outcomeLines = (answer: ReloadAnswer): readonly string[] => {
  if (answer.kind === "invalid") return ["Nothing changed, the file has errors:", ...answer.issues];
  const { changed, restartNeeded } = answer;
  return [
    changed.length === 0 ? "Reloaded: nothing changed." : `Reloaded: ${changed.join(", ")} changed.`,
    ...(restartNeeded.length === 0 ? [] : [`A restart is needed for ${restartNeeded.join(", ")}.`]),
  ];
};
