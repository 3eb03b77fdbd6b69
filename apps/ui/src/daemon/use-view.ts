import { useCallback, useEffect, useReducer, useRef } from "preact/hooks";
import { EMPTY_VIEW, nextView, type View, type ViewEvent } from "../model/view.js";
import type { Daemon } from "./daemon.js";
import { DaemonProblem } from "./daemon-problem.js";
import { startPolling } from "./poll.js";

const OVERVIEW_INTERVAL_MS = 1_000;
const CONFLICTS_INTERVAL_MS = 3_000;
/** A node that takes longer than this to say how it is counts as gone, until it answers. */
const ANSWER_TIMEOUT_MS = 10_000;

/** What the node says of itself, asked again and again; and a way to ask at once, after something was done. */
export const useView = (daemon: Daemon): readonly [View, () => void] => {
  const [view, tell] = useReducer<View, ViewEvent>(nextView, EMPTY_VIEW);
  const wake = useRef<() => void>(() => {});
  useEffect(() => {
    const stopped = new AbortController();
    const asking = (ask: (signal: AbortSignal) => Promise<ViewEvent>) => async (): Promise<void> => {
      const event = await ask(AbortSignal.timeout(ANSWER_TIMEOUT_MS)).catch(eventOfError);
      if (!stopped.signal.aborted) tell(event);
    };
    const overview = asking(async (signal) => ({ kind: "overview", overview: await daemon.overview(signal) }));
    const conflicts = asking(async (signal) => ({ kind: "conflicts", conflicts: await daemon.conflicts(signal) }));
    const polls = [
      startPolling(OVERVIEW_INTERVAL_MS, overview, stopped.signal),
      startPolling(CONFLICTS_INTERVAL_MS, conflicts, stopped.signal),
    ];
    wake.current = () => {
      for (const poll of polls) poll.wake();
    };
    return () => stopped.abort();
  }, [daemon]);
  return [view, useCallback(() => wake.current(), [])];
};

const eventOfError = (error: unknown): ViewEvent => {
  const nowMs = Date.now();
  if (!(error instanceof DaemonProblem) || error.status === undefined) return { kind: "no-answer", nowMs };
  return { kind: "problem", status: error.status, message: error.message, remedy: error.remedy, nowMs };
};
