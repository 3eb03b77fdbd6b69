/** So long may reads have the thread before whatever else waits for it has a turn. */
const SHARE_MS = 1;

let isTurnMarked = false;
let turnStartedMs = 0;

/**
 * Reads run on the caller's thread, and find what they need in memory: a program that awaits one after the other would never leave
 * the queue of microtasks, and keep timers, sockets and everybody else from their turn.
 *
 * @returns what to wait for before a read resolves; nothing while reads have not had the thread for long.
 */
export const shareThread = (): Promise<void> | undefined => {
  const now = performance.now();
  if (!isTurnMarked) {
    isTurnMarked = true;
    turnStartedMs = now;
    setImmediate(() => {
      isTurnMarked = false;
    });
    return undefined;
  }
  if (now - turnStartedMs < SHARE_MS) return undefined;
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
};
