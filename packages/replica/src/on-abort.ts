/** Who follows a signal: it gets one listener for all of them, since Node warns of a leak from the eleventh on. */
const followers = new WeakMap<AbortSignal, { readonly callbacks: Set<() => void>; readonly listener: () => void }>();

/**
 * Calls `callback` when `signal` aborts, or now if it has. @returns ends that: a signal may live as long as the replica,
 * and those who follow it come and go by the thousand.
 */
export const onAbort = (signal: AbortSignal, callback: () => void): (() => void) => {
  if (signal.aborted) {
    callback();
    return () => undefined;
  }
  // An object of its own: one callback may follow a signal twice.
  const mine = (): void => callback();
  const { callbacks, listener } = followers.get(signal) ?? follow(signal);
  callbacks.add(mine);
  return () => {
    callbacks.delete(mine);
    if (callbacks.size > 0) return;
    signal.removeEventListener("abort", listener);
    followers.delete(signal);
  };
};

const follow = (signal: AbortSignal) => {
  const callbacks = new Set<() => void>();
  const listener = (): void => {
    for (const callback of [...callbacks]) callback();
  };
  const all = { callbacks, listener };
  signal.addEventListener("abort", listener, { once: true });
  followers.set(signal, all);
  return all;
};
