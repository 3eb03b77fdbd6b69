import { isDeepStrictEqual } from "node:util";
import { type Config, formatIssue } from "@concordat/config";
import type { TlsListener } from "@concordat/protocol/tls";
import type { Replica } from "@concordat/replica";
import type { Logger } from "../log/logger.js";
import { readConfigFile } from "./config-file.js";
import { listenerPins, type PartnerSet } from "./partner-set.js";
import { unsupportedSettings } from "./unsupported-settings.js";

/** What came of reading the file again. */
export type ReloadOutcome =
  | {
      readonly kind: "reloaded";
      /** What is different from now on. */
      readonly changed: readonly string[];
      /** What the file changes and only a restart brings. */
      readonly restartNeeded: readonly string[];
    }
  /** Nothing changed. */
  | { readonly kind: "invalid"; readonly issues: readonly string[] };

export interface ReloadContext {
  readonly file: string;
  /** What the node runs with now. */
  readonly config: Config;
  readonly replica: Replica;
  readonly listener: TlsListener | undefined;
  readonly partners: PartnerSet;
  readonly logger: Logger;
}

/** Reads the file again and takes over what a running node can, all of it or nothing; one call after the other. */
export const createReload = (context: ReloadContext): (() => Promise<ReloadOutcome>) => {
  let current = context.config;
  let last: Promise<unknown> = Promise.resolve();
  const reload = async (): Promise<ReloadOutcome> => {
    const outcome = await readAgain(context, current);
    if (outcome.kind === "invalid") {
      context.logger.error({ event: "config_invalid", issues: outcome.issues }, INVALID_MESSAGE);
      return outcome;
    }
    current = outcome.config;
    const { live, restart } = outcome;
    context.logger.info(
      { event: "config_reloaded", changed: live, restartNeeded: restart },
      "the configuration was read again",
    );
    return { kind: "reloaded", changed: live, restartNeeded: restart };
  };
  return () => {
    const next = last.then(reload);
    last = next.catch(() => undefined);
    return next;
  };
};

const INVALID_MESSAGE = "the configuration file has errors: nothing changed, the node goes on with what it had";

const readAgain = async ({ file, replica, listener, partners, logger }: ReloadContext, before: Config) => {
  const result = await readConfigFile(file).catch(asIssues);
  if ("issues" in result) return result;
  if (!result.ok) return { kind: "invalid", issues: result.errors.map(formatIssue) } as const;
  const { config } = result;
  const unsupported = unsupportedSettings(config);
  if (unsupported.length > 0) return { kind: "invalid", issues: unsupported } as const;

  const { live, restart } = compareConfigs(before, config);
  const partnerConfigs = config.replication?.partners ?? [];
  try {
    listener?.update({ partners: listenerPins(partnerConfigs) });
  } catch (error) {
    return asIssues(error);
  }
  replica.setPartners(partners.replace(partnerConfigs));
  await replica.setSchema(config.attributes);
  logger.level = config.logLevel;
  return { kind: "valid", config, live, restart } as const;
};

/** A file that is gone, or pins that TLS does not take, change as little as a file that is wrong. */
const asIssues = (error: unknown) =>
  ({ kind: "invalid", issues: [error instanceof Error ? error.message : String(error)] }) as const;

/** The settings in which two configurations differ, by whether a running node can take them over. Pure. */
export const compareConfigs = (
  before: Config,
  after: Config,
): { readonly live: readonly string[]; readonly restart: readonly string[] } => ({
  live: differing(LIVE, before, after),
  restart: differing(RESTART, before, after),
});

type Readings = Readonly<Record<string, (config: Config) => unknown>>;

const LIVE: Readings = {
  partners: ({ replication }) => replication?.partners ?? [],
  attributes: ({ attributes }) => attributes,
  log_level: ({ logLevel }) => logLevel,
};

const RESTART: Readings = {
  db_path: ({ dbPath }) => dbPath,
  adminbindpath: ({ adminBindPath }) => adminBindPath,
  bindaddress: ({ bindAddress }) => bindAddress,
  "storage.type": ({ storage }) => storage,
  "replication.origin": ({ replication }) => replication?.origin,
  "replication.bindaddress": ({ replication }) => replication?.bindAddress,
  "replication.task_poll_interval": ({ replication }) => replication?.taskPollIntervalMs,
  "replication.changelog_max_age": ({ replication }) => replication?.changelogMaxAgeMs,
  "replication.max_clock_skew": ({ replication }) => replication?.maxClockSkewMs,
  "replication.unique_conflict": ({ replication }) => replication?.uniqueConflict,
};

const differing = (readings: Readings, before: Config, after: Config): string[] =>
  Object.entries(readings)
    .filter(([, read]) => !isDeepStrictEqual(read(before), read(after)))
    .map(([name]) => name);
