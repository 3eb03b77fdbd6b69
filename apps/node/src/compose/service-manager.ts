import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Logger } from "../log/logger.js";

const NOTIFY_TIMEOUT_MS = 5_000;

/**
 * Tells systemd that the node serves, when the unit asks to be told (`Type=notify` sets `NOTIFY_SOCKET`). Node.js has no unix
 * datagram sockets, so `systemd-notify` sends it, which comes with systemd; the unit needs `NotifyAccess=all`.
 */
export const tellReady = (logger: Logger): Promise<void> => tell("READY=1", logger);

/** That it stops, and is not to be waited for as one that serves. */
export const tellStopping = (logger: Logger): Promise<void> => tell("STOPPING=1", logger);

const tell = async (state: string, logger: Logger): Promise<void> => {
  if (!process.env.NOTIFY_SOCKET) return;
  try {
    await promisify(execFile)("systemd-notify", [state], { timeout: NOTIFY_TIMEOUT_MS });
  } catch (err) {
    logger.warn(
      { event: "service_not_notified", err },
      "systemd could not be told how the node is: install systemd-notify, or write Type=exec in the unit",
    );
  }
};
