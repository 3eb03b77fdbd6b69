import { type Config, formatIssue } from "@concordat/config";
import type { Replica } from "@concordat/replica";
import type { Logger } from "../log/logger.js";
import type { NodeCertificates } from "../renewal/node-certificates.js";
import type { ApiListener } from "./api-listener.js";
import { configAfterReload } from "./config-after-reload.js";
import { type ConfigChange, changedNames, configDifference } from "./config-difference.js";
import { readConfigFile } from "./config-file.js";
import { liveSettings } from "./live-settings.js";
import type { PartnerSet } from "./partner-set.js";

/** What came of reading the file again. */
export type ReloadOutcome =
  /** `dry-run`: what `reloaded` would have said; nothing changed. */
  | ({ readonly kind: "reloaded" | "dry-run" } & ConfigDifference)
  /** Nothing changed. */
  | { readonly kind: "invalid"; readonly issues: readonly string[] };

export interface ConfigDifference {
  /** What is different from now on. */
  readonly changed: readonly string[];
  /** What the file changes and only a restart brings. */
  readonly restartNeeded: readonly string[];
  /** The same, each from what to what. */
  readonly changes: readonly ConfigChange[];
}

export interface ReloadContext {
  readonly file: string;
  /** What the node runs with now. */
  readonly config: Config;
  readonly replica: Replica;
  /** Of a node with `[replication]`. */
  readonly certificates: NodeCertificates | undefined;
  readonly clients: ApiListener | undefined;
  readonly partners: PartnerSet;
  readonly logger: Logger;
}

export interface ReloadOptions {
  /** Only says what would change. */
  readonly dryRun?: boolean;
}

export type Reload = (options?: ReloadOptions) => Promise<ReloadOutcome>;

/** Reads the file again and takes over what a running node can, all of it or nothing; one call after the other. */
export const createReload = (context: ReloadContext): Reload => {
  let current = context.config;
  let last: Promise<unknown> = Promise.resolve();
  const reload = async ({ dryRun = false }: ReloadOptions): Promise<ReloadOutcome> => {
    const read = await readAgain(context.file);
    if (read.kind === "invalid") return dryRun ? read : told(context, read);
    const difference = differenceOf(current, read.config);
    if (dryRun) return { kind: "dry-run", ...difference };
    const next = configAfterReload(current, read.config);
    const issues = await apply(context, next, read.config);
    if (issues !== undefined) return told(context, { kind: "invalid", issues });
    current = next;
    return told(context, { kind: "reloaded", ...difference });
  };
  return (options = {}) => {
    const next = last.then(() => reload(options));
    last = next.catch(() => undefined);
    return next;
  };
};

const told = ({ logger }: ReloadContext, outcome: ReloadOutcome): ReloadOutcome => {
  if (outcome.kind === "invalid") logger.error({ event: "config_invalid", issues: outcome.issues }, INVALID_MESSAGE);
  else {
    const { changed, restartNeeded, changes } = outcome;
    logger.info({ event: "config_reloaded", changed, restartNeeded, changes }, "the configuration was read again");
  }
  return outcome;
};

const INVALID_MESSAGE = "the configuration file has errors: nothing changed, the node goes on with what it had";

const readAgain = async (file: string) => {
  const result = await readConfigFile(file).catch(asIssues);
  if (Array.isArray(result)) return { kind: "invalid", issues: result } as const;
  if (!result.ok) return { kind: "invalid", issues: result.errors.map(formatIssue) } as const;
  return { kind: "valid", config: result.config } as const;
};

const differenceOf = (before: Config, after: Config): ConfigDifference => {
  const changes = configDifference(before, after);
  const { now, restart } = changedNames(changes);
  return { changed: now, restartNeeded: restart, changes };
};

/** What is wrong with it after all: pins that TLS does not take change as little as a file that is wrong. */
const apply = async (
  { replica, certificates, clients, partners, logger }: ReloadContext,
  config: Config,
  file: Config,
): Promise<string[] | undefined> => {
  const partnerConfigs = config.replication?.partners ?? [];
  try {
    const showRenewedTls = await clients?.prepareTls(file);
    await certificates?.takeOver(partnerConfigs, config.replication?.certificateRenewBeforeMs);
    showRenewedTls?.();
  } catch (error) {
    return asIssues(error);
  }
  replica.setPartners(partners.replace(partnerConfigs));
  replica.adjust(liveSettings(config));
  await replica.setSchema(config.attributes);
  logger.level = config.logLevel;
  return undefined;
};

/** A file that is gone changes as little as a file that is wrong. */
const asIssues = (error: unknown): string[] => [error instanceof Error ? error.message : String(error)];
