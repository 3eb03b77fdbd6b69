/** The machine's time, for how long to wait for a server that went away: nothing that is stored depends on it. */
export const monotonicMs = (): number => performance.now();

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
