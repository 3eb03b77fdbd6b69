/** Runs `ask` now, and again `intervalMs` after each end of it, until `signal` aborts; `wake` brings the next one forward. */
export const startPolling = (intervalMs: number, ask: () => Promise<void>, signal: AbortSignal): { wake(): void } => {
  let wake = (): void => {};
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await ask();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, intervalMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  signal.addEventListener("abort", () => wake(), { once: true });
  void run();
  return { wake: () => wake() };
};
