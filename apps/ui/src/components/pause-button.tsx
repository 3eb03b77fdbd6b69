import type { Daemon } from "../daemon/daemon.js";
import { TWINS } from "../model/command-twin.js";
import { ActionButton } from "./action-button.js";

export interface PauseButtonProps {
  readonly daemon: Daemon;
  readonly origin: string;
  readonly isPaused: boolean;
  readonly suffix: string;
  readonly onDone: () => void;
}

/** Stops the exchange with a partner, or goes on with it. */
export const PauseButton = ({ daemon, origin, isPaused, suffix, onDone }: PauseButtonProps) => {
  const label = isPaused ? "Resume" : "Pause";
  const run = async (): Promise<readonly string[]> => {
    await (isPaused ? daemon.resume(origin) : daemon.pause(origin));
    return [];
  };
  return (
    <ActionButton
      label={label}
      about={origin}
      title={isPaused ? `Go on with ${origin}?` : `Pause ${origin}?`}
      command={(isPaused ? TWINS.resume : TWINS.pause)(origin)(suffix)}
      action={label}
      run={run}
      onDone={onDone}
    >
      <p>{isPaused ? RESUME : PAUSE}</p>
    </ActionButton>
  );
};

const PAUSE =
  "Nothing is pulled from it and nothing supplied to it until it is resumed, also after a restart. Away for longer than changelog_max_age, one of the two has to be refreshed.";

const RESUME = "What was written meanwhile, on either side, is exchanged now.";
