export type LogFields = Readonly<Record<string, unknown>>;

/** Events with stable names (`refresh_done`), fields for machines, a message for people. */
export interface Log {
  debug(event: string, message: string, fields?: LogFields): void;
  info(event: string, message: string, fields?: LogFields): void;
  warn(event: string, message: string, fields?: LogFields): void;
  error(event: string, message: string, fields?: LogFields): void;
}

const nothing = (): void => {};

export const SILENT_LOG: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
