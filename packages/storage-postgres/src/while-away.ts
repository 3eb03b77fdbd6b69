import { endsSession } from "./medium-error.js";
import { monotonicMs, pause } from "./system-time.js";

const RETRY_INTERVAL_MS = 250;

/**
 * What `attempt` gives, tried again for `reconnectMs` while it fails because the server is away. For what may be done twice, or
 * tells by itself whether it was done.
 */
export const whileAway = async <T>(
  reconnectMs: number,
  attempt: () => Promise<T>,
  isFinal: (error: unknown) => boolean = (error) => !endsSession(error),
): Promise<T> => {
  const untilMs = monotonicMs() + reconnectMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (isFinal(error) || monotonicMs() > untilMs) throw error;
      await pause(RETRY_INTERVAL_MS);
    }
  }
};
