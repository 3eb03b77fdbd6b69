import { acknowledgementKey } from "./acknowledgement.js";

/** The environment, as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A value that an environment variable gives to a top-level key. */
export interface Override {
  readonly variable: string;
  readonly value: string;
}

const overridable = ["db_path", "bindaddress", "adminbindpath", "log_level", "read_only", acknowledgementKey] as const;

/** The overrides by key: `CONCORDAT_LOG_LEVEL` for `log_level`. An empty variable is no override; others are not looked at. */
export const overridesFrom = (environment: Environment): ReadonlyMap<string, Override> => {
  const overrides = new Map<string, Override>();
  for (const key of overridable) {
    const variable = `CONCORDAT_${key.toUpperCase()}`;
    const value = Object.hasOwn(environment, variable) ? environment[variable] : undefined;
    if (value !== undefined && value !== "") overrides.set(key, { variable, value });
  }
  return overrides;
};
