import type { Log, LogFields } from "@concordat/replica";
import type { Logger } from "./logger.js";

/** The replica's `Log` port on pino. */
export const replicaLog = (logger: Logger): Log => ({
  debug: (event, message, fields) => logger.debug({ event, ...plain(fields) }, message),
  info: (event, message, fields) => logger.info({ event, ...plain(fields) }, message),
  warn: (event, message, fields) => logger.warn({ event, ...plain(fields) }, message),
  error: (event, message, fields) => logger.error({ event, ...plain(fields) }, message),
});

/** Fields as JSON can hold them: pino would show an error as `{}` and throws on a bigint. */
const plain = (fields: LogFields | undefined): LogFields =>
  Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [name, plainValue(value)]));

const plainValue = (value: unknown): unknown => {
  if (value instanceof Error) return value.message;
  return typeof value === "bigint" ? value.toString() : value;
};
