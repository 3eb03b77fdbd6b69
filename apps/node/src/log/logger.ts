import { type Logger, pino } from "pino";
import { allowsColour } from "../terminal/terminal.js";
import { humanLogStream } from "./human-log.js";

export type { Logger } from "pino";

/** The levels that `log_level` knows. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/**
 * Logs to stderr: lines of JSON with a stable `event`, or readable ones on a terminal. Written synchronously, so that
 * the last line before an exit is not lost.
 */
export const createLogger = (level: LogLevel): Logger => {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return process.stderr.isTTY === true
    ? pino(options, humanLogStream(process.stderr, allowsColour(process.env)))
    : pino(options, pino.destination({ fd: 2, sync: true }));
};
