import { isDeepStrictEqual } from "node:util";
import {
  type AttributeConfig,
  type Config,
  formatDuration,
  type PartnerConfig,
  type ReplicationConfig,
} from "@concordat/config";
import { fingerprint } from "@concordat/identity";
import { configAfterReload } from "./config-after-reload.js";
import { formatAddress } from "./socket-address.js";

/** What one configuration has otherwise than another, in the order in which people look for it. */
export type ConfigChange =
  | { readonly kind: "partner-added" | "partner-removed"; readonly origin: string }
  | { readonly kind: "partner-changed"; readonly origin: string; readonly settings: readonly SettingChange[] }
  | { readonly kind: "attribute-added" | "attribute-removed"; readonly name: string }
  | { readonly kind: "attribute-changed"; readonly name: string; readonly settings: readonly SettingChange[] }
  | ({ readonly kind: "setting-changed"; readonly takesEffect: "now" | "on-restart" } & SettingChange);

/** Values as they are written in server.toml; null where there is none. */
export interface SettingChange {
  readonly key: string;
  readonly from: SettingValue;
  readonly to: SettingValue;
}

export type SettingValue = string | number | boolean | null;

/** What `file` has otherwise than what a node runs with. Passwords of URLs are not in it. Pure. */
export const configDifference = (running: Config, file: Config): ConfigChange[] => {
  const next = configAfterReload(running, file);
  return [
    ...partnerChanges(running.replication?.partners ?? [], next.replication?.partners ?? []),
    ...attributeChanges(running.attributes, next.attributes),
    ...settingChanges(SETTINGS, running, next).map(
      (change) => ({ kind: "setting-changed", takesEffect: "now", ...change }) as const,
    ),
    ...[...settingChanges(SETTINGS, next, file), ...storageUrlChanges(next, file)].map(
      (change) => ({ kind: "setting-changed", takesEffect: "on-restart", ...change }) as const,
    ),
  ];
};

/** The names of what changes now, and of what waits for a restart. Pure. */
export const changedNames = (
  changes: readonly ConfigChange[],
): { readonly now: string[]; readonly restart: string[] } => {
  const now = new Set<string>();
  const restart = new Set<string>();
  for (const change of changes) {
    if (change.kind !== "setting-changed") now.add(change.kind.startsWith("partner") ? "partners" : "attributes");
    else (change.takesEffect === "now" ? now : restart).add(change.key);
  }
  return { now: [...now], restart: [...restart] };
};

type Readings<T> = Readonly<Record<string, (of: T) => SettingValue | undefined>>;

const SETTINGS: Readings<Config> = {
  log_level: ({ logLevel }) => logLevel,
  "api.tls_cert": ({ api }) => api.tls?.certificateFile,
  "api.tls_key": ({ api }) => api.tls?.keyFile,
  read_only: ({ readOnly }) => readOnly,
  "replication.task_poll_interval": ({ replication }) => replication && replication.taskPollIntervalMs / 1_000,
  "replication.changelog_max_age": ({ replication }) => replication && formatDuration(replication.changelogMaxAgeMs),
  "replication.max_clock_skew": ({ replication }) => replication && formatDuration(replication.maxClockSkewMs),
  "replication.certificate_renew_before": ({ replication }) => replication && renewBeforeText(replication),
  db_path: ({ dbPath }) => dbPath,
  adminbindpath: ({ adminBindPath }) => adminBindPath,
  bindaddress: ({ bindAddress }) => bindAddress && formatAddress(bindAddress),
  "storage.type": ({ storage }) => storage.type,
  "storage.sql_entries": ({ storage }) => storage.type === "postgres" && storage.sqlEntries,
  "replication.origin": ({ replication }) => replication?.origin.text,
  "replication.bindaddress": ({ replication }) => replication && formatAddress(replication.bindAddress),
  "replication.unique_conflict": ({ replication }) => replication?.uniqueConflict,
};

const renewBeforeText = ({ certificateRenewBeforeMs: ms }: ReplicationConfig): string =>
  ms === undefined ? "never" : formatDuration(ms);

const PARTNER: Readings<PartnerConfig> = {
  type: ({ type }) => type,
  certificates: ({ certificates }) => certificates.map(fingerprint).join(" "),
  accept_renewed_certificates: ({ acceptRenewedCertificates }) => acceptRenewedCertificates,
  automatic_refresh: (partner) => partner.type !== "allow-pull" && partner.automaticRefresh,
};

const ATTRIBUTE: Readings<AttributeConfig> = {
  merge: ({ merge }) => merge,
  index: ({ index }) => index,
  unique: ({ unique }) => unique,
  reference: ({ reference }) => reference,
  required: ({ required }) => required,
};

const partnerChanges = (before: readonly PartnerConfig[], after: readonly PartnerConfig[]): ConfigChange[] =>
  namedChanges(byOrigin(before), byOrigin(after), PARTNER).map(({ name: origin, change, settings }) =>
    change === "changed" ? { kind: "partner-changed", origin, settings } : { kind: `partner-${change}`, origin },
  );

const byOrigin = (partners: readonly PartnerConfig[]): ReadonlyMap<string, PartnerConfig> =>
  new Map(partners.map((partner) => [partner.origin.text, partner]));

const attributeChanges = (before: Config["attributes"], after: Config["attributes"]): ConfigChange[] =>
  namedChanges(new Map(Object.entries(before)), new Map(Object.entries(after)), ATTRIBUTE).map(
    ({ name, change, settings }) =>
      change === "changed" ? { kind: "attribute-changed", name, settings } : { kind: `attribute-${change}`, name },
  );

interface NamedChange {
  readonly name: string;
  readonly change: "added" | "removed" | "changed";
  readonly settings: readonly SettingChange[];
}

const namedChanges = <T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  readings: Readings<T>,
): NamedChange[] =>
  [...new Set([...before.keys(), ...after.keys()])].flatMap((name): NamedChange[] => {
    const [old, next] = [before.get(name), after.get(name)];
    if (old === undefined) return [{ name, change: "added", settings: [] }];
    if (next === undefined) return [{ name, change: "removed", settings: [] }];
    const settings = settingChanges(readings, old, next);
    return settings.length === 0 ? [] : [{ name, change: "changed", settings }];
  });

const settingChanges = <T>(readings: Readings<T>, before: T, after: T): SettingChange[] =>
  Object.entries(readings).flatMap(([key, read]) => {
    const [from, to] = [read(before) ?? null, read(after) ?? null];
    return isDeepStrictEqual(from, to) ? [] : [{ key, from, to }];
  });

/** A url is compared as it is, and told without what only the node may know. */
const storageUrlChanges = ({ storage: before }: Config, { storage: after }: Config): SettingChange[] => {
  const [from, to] = [urlOf(before), urlOf(after)];
  return from === to ? [] : [{ key: "storage.url", from: withoutSecrets(from), to: withoutSecrets(to) }];
};

const urlOf = (storage: Config["storage"]): string | undefined =>
  storage.type === "postgres" ? storage.url : undefined;

const withoutSecrets = (url: string | undefined): string | null => {
  if (url === undefined) return null;
  if (!URL.canParse(url)) return "(a url)";
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
};
