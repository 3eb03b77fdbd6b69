import { type BindAddress, parseBindAddress } from "./bind-address.js";
import { type PartnerConfig, type ReplicationConfig, uniqueConflicts } from "./config.js";
import { parseDuration } from "./duration.js";
import type { IssueLog } from "./issue-log.js";
import { knownKeys } from "./known-keys.js";
import type { Origin } from "./origin.js";
import { readOrigin, readPartner } from "./partner-section.js";
import { quote } from "./quote.js";
import type { Setting, TableReader } from "./table-reader.js";

const taskPollIntervalSecondsDefault = 15;
/** A shorter interval is a busy loop, a longer one no fallback. */
const taskPollIntervalSeconds = { min: 0.1, max: 86_400 };
const changelogMaxAgeMsDefault = 7 * 86_400_000;
const maxClockSkewMsDefault = 5 * 60_000;
const certificateRenewBeforeMsDefault = 30 * 86_400_000;
/** A certificate that would be renewed as soon as it is made is none: it is valid for four years. */
const certificateRenewBeforeMsMax = 3 * 365 * 86_400_000;

/** `[replication]` with its partners; `undefined` when origin or address are not to be had, which is then reported. */
export const readReplication = (table: TableReader, log: IssueLog): ReplicationConfig | undefined => {
  const isPartnerKey = (key: string) => isPartner(table, key);
  table.rejectUnknownKeys("replication", isPartnerKey);
  const originSetting = table.requireString(
    "origin",
    'add origin = "repl://host:port", where the other nodes connect to',
  );
  const origin = originSetting && readOrigin(originSetting, log);
  const addressHelp = 'add bindaddress = "127.0.0.1:8444", or another address and the port of the origin';
  const bindAddress = readBindAddress(table.requireString("bindaddress", addressHelp), log);
  const taskPollIntervalMs = readPollInterval(table, log);
  const changelogMaxAgeMs = readDuration(table.string("changelog_max_age"), log) ?? changelogMaxAgeMsDefault;
  const maxClockSkewMs = readDuration(table.string("max_clock_skew"), log) ?? maxClockSkewMsDefault;
  const uniqueConflict = table.choice("unique_conflict", uniqueConflicts)?.value ?? "earliest";
  const certificateRenewBeforeMs = readRenewBefore(table.string("certificate_renew_before"), log);
  const partners = readPartners(table, table.keys.filter(isPartnerKey), origin, log);
  if (origin === undefined || bindAddress === undefined) return undefined;
  return {
    origin,
    bindAddress,
    taskPollIntervalMs,
    changelogMaxAgeMs,
    maxClockSkewMs,
    uniqueConflict,
    certificateRenewBeforeMs,
    partners,
  };
};

/** The address in a setting; what is none is reported. */
export const readBindAddress = (setting: Setting<string> | undefined, log: IssueLog): BindAddress | undefined => {
  if (setting === undefined) return undefined;
  const parsed = parseBindAddress(setting.value);
  if (parsed.ok) return parsed.address;
  log.report(setting.place, "invalid_address", `${quote(setting.value)} is not an address: ${parsed.reason}`, {
    help: "write host:port, as 127.0.0.1:8443 or [::1]:8443",
  });
  return undefined;
};

/** What is a table, or is named like an origin, is meant as a partner. */
const isPartner = (table: TableReader, key: string): boolean => {
  if ((knownKeys.replication as readonly string[]).includes(key)) return false;
  const value = table.any(key)?.value;
  const isSubtable = typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null;
  return isSubtable || key.includes("://");
};

const readPollInterval = (table: TableReader, log: IssueLog): number => {
  const setting = table.number("task_poll_interval");
  const seconds = setting?.value ?? taskPollIntervalSecondsDefault;
  const { min, max } = taskPollIntervalSeconds;
  if (setting !== undefined && !(seconds >= min && seconds <= max)) {
    log.report(setting.place, "invalid_value", `task_poll_interval is a number of seconds from ${min} to ${max}`, {
      suggestion: String(taskPollIntervalSecondsDefault),
      help: `the default is ${taskPollIntervalSecondsDefault}`,
    });
  }
  return Math.round(seconds * 1000);
};

const readDuration = (setting: Setting<string> | undefined, log: IssueLog): number | undefined => {
  if (setting === undefined) return undefined;
  const parsed = parseDuration(setting.value);
  if (parsed.ok) return parsed.ms;
  log.report(setting.place, "invalid_duration", `${quote(setting.value)} is not a duration: ${parsed.reason}`, {
    help: 'as in "7d" or "5m"',
  });
  return undefined;
};

const readRenewBefore = (setting: Setting<string> | undefined, log: IssueLog): number | undefined => {
  if (setting?.value === "never") return undefined;
  const ms = readDuration(setting, log) ?? certificateRenewBeforeMsDefault;
  if (setting !== undefined && ms > certificateRenewBeforeMsMax) {
    log.report(setting.place, "invalid_value", "certificate_renew_before is three years at the most", {
      help: 'a certificate is valid for four years: write "30d", the default, or "never"',
    });
  }
  return ms;
};

const readPartners = (
  table: TableReader,
  names: readonly string[],
  own: Origin | undefined,
  log: IssueLog,
): readonly PartnerConfig[] => {
  const namesByOrigin = new Map<string, string>();
  return names.flatMap((name) => {
    const partnerTable = table.table(name);
    const partner = partnerTable && readPartner(name, partnerTable, log);
    if (partner === undefined) return [];
    const place = { kind: "key", path: [...table.path, name] } as const;
    const { text } = partner.origin;
    const earlier = namesByOrigin.get(text);
    if (text === own?.text) {
      log.report(place, "own_origin", `${quote(name)} is this node's own origin`, {
        help: "a node is no partner of itself: write the other node's origin",
      });
    } else if (earlier !== undefined) {
      const line = log.lineOf([...table.path, earlier]);
      log.report(place, "duplicate_origin", `${quote(name)} is the same origin as ${quote(earlier)} on line ${line}`, {
        help: "leave one of the two tables; a certificate key may hold a list of two",
      });
    }
    namesByOrigin.set(text, earlier ?? name);
    return [partner];
  });
};
