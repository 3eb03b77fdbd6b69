import { useCallback, useRef, useState } from "preact/hooks";
import { cancelledRun, type RefreshRun, runAfter } from "../model/refresh-run.js";
import type { Daemon } from "./daemon.js";

/** The refresh that this page asks for: at most one at a time. */
export interface RefreshControl {
  readonly run: RefreshRun | undefined;
  /** Opens the question; nothing runs yet. */
  ask(origin: string): void;
  start(origin: string, discardLocalChanges: boolean): void;
  cancel(): void;
  dismiss(): void;
}

export const useRefresh = (daemon: Daemon, onEnd: () => void): RefreshControl => {
  const [run, setRun] = useState<RefreshRun | undefined>();
  const running = useRef<AbortController | undefined>(undefined);
  const start = useCallback(
    async (origin: string, discardLocalChanges: boolean): Promise<void> => {
      const cancelled = new AbortController();
      running.current = cancelled;
      setRun({ kind: "running", origin, progress: undefined });
      const request = { from: origin, discardLocalChanges };
      try {
        await daemon.refresh(request, (line) => setRun(runAfter(origin, line)), cancelled.signal);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const failed = { kind: "failed", code: "no_answer", message } as const;
        setRun(cancelled.signal.aborted ? cancelledRun(origin) : runAfter(origin, failed));
      }
      onEnd();
    },
    [daemon, onEnd],
  );
  return {
    run,
    ask: (origin) => setRun({ kind: "asked", origin }),
    start: (origin, discard) => void start(origin, discard),
    cancel: () => running.current?.abort(),
    dismiss: () => setRun(undefined),
  };
};
