/** Runs `work` so that Ctrl-C and SIGTERM abort its signal, once; a second one ends the process as ever. */
export const interruptible = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const interrupted = new AbortController();
  const onSignal = (): void => interrupted.abort();
  for (const name of SIGNALS) process.once(name, onSignal);
  try {
    return await work(interrupted.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
};

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
