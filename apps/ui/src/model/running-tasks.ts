import type { ProgressAnswer, StatusAnswer } from "../answers/index.js";
import type { RefreshRun } from "./refresh-run.js";

/** Something that takes its time. */
export interface Task {
  readonly title: string;
  /** Nothing until somebody has said how much it is. */
  readonly progress: ProgressAnswer | undefined;
  readonly secondsLeft: number | undefined;
  /** This page has asked for it, and can stop it. */
  readonly isOwn: boolean;
}

/** What runs: a refresh, whoever asked for it, and the pulls that bring changes now. Pure. */
export const runningTasks = ({ refresh, partners }: StatusAnswer, run: RefreshRun | undefined): Task[] => {
  const own = run?.kind === "running" ? run : undefined;
  const origin = own?.origin ?? refresh?.origin;
  const pulls = partners.flatMap(({ origin: from, catchingUp }): Task[] =>
    catchingUp === undefined
      ? []
      : [{ title: `Pulling from ${from}`, progress: catchingUp, secondsLeft: catchingUp.secondsLeft, isOwn: false }],
  );
  if (origin === undefined) return pulls;
  const progress = own?.progress ?? refresh;
  return [{ title: `Refreshing from ${origin}`, progress, secondsLeft: undefined, isOwn: own !== undefined }, ...pulls];
};
