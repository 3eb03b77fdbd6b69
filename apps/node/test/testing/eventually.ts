import { setTimeout as sleep } from "node:timers/promises";

const INTERVAL_MS = 50;

/** Resolves with the first value of `read` that `accepts` likes; rejects with the last one after the deadline. */
export const eventually = async <T>(
  read: () => Promise<T> | T,
  accepts: (value: T) => boolean,
  deadlineMs = 60_000,
): Promise<T> => {
  const until = performance.now() + deadlineMs;
  for (;;) {
    const value = await read();
    if (accepts(value)) return value;
    if (performance.now() > until) throw new Error(`waited ${deadlineMs} ms; the last was ${JSON.stringify(value)}`);
    await sleep(INTERVAL_MS);
  }
};
