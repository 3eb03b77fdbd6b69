import type { ProgressAnswer, StatusAnswer } from "../answers/index.js";
import type { RefreshControl } from "../daemon/use-refresh.js";
import { formatBytes, formatCount, formatDuration, formatEntries } from "../model/quantity.js";
import { waitingText } from "../model/renewal-text.js";
import { runningTasks, type Task } from "../model/running-tasks.js";
import { Section } from "./section.js";

export interface TaskListProps {
  readonly refresh: RefreshControl;
  readonly status: StatusAnswer;
}

/** What runs for longer, and how what this page asked for has ended. Nothing when there is neither. */
export const TaskList = ({ refresh, status }: TaskListProps) => {
  const { run } = refresh;
  const tasks = runningTasks(status, run);
  const { renewal } = status;
  if (tasks.length === 0 && renewal === undefined && run?.kind !== "ended") return null;
  return (
    <Section title="Running tasks">
      {tasks.map((task) => (
        <div class="task" key={task.title}>
          <p>{task.title}</p>
          <Progress task={task} />
          {task.isOwn && (
            <p class="hint">
              <button type="button" onClick={refresh.cancel}>
                Stop the refresh
              </button>{" "}
              Closing this page stops it as well. Nothing has changed then, and the next one goes on from there.
            </p>
          )}
        </div>
      ))}
      {renewal && (
        <div class="task">
          <p>Renewing this node's certificate</p>
          <progress
            aria-label="Renewing this node's certificate"
            value={renewal.having.length}
            max={Math.max(1, renewal.having.length + renewal.waitingFor.length)}
          />
          <span>{waitingText(renewal)}</span>
        </div>
      )}
      <div role="status">
        {run?.kind === "ended" && (
          <div class={`task outcome ${run.isGood ? "well" : "trouble"}`}>
            <p>{run.message}</p>
            <button type="button" class="quiet" onClick={refresh.dismiss}>
              Dismiss
            </button>
          </div>
        )}
      </div>
    </Section>
  );
};

const Progress = ({ task: { title, progress, secondsLeft } }: { readonly task: Task }) => {
  if (progress === undefined || progress.entriesEstimate === 0) return <progress aria-label={title} />;
  const total = Math.max(progress.entries, progress.entriesEstimate);
  return (
    <>
      <progress aria-label={title} value={progress.entries} max={total} />
      <span class="figure">{progressText(progress, total, secondsLeft)}</span>
    </>
  );
};

const progressText = ({ entries, bytes }: ProgressAnswer, total: number, secondsLeft: number | undefined): string => {
  const left = secondsLeft === undefined ? "" : ` · about ${formatDuration(secondsLeft * 1_000)} left`;
  return `${formatCount(entries)} of about ${formatEntries(total)} · ${formatBytes(bytes)}${left}`;
};
