import { join, resolve } from "node:path";
import { acknowledgementKey, acknowledgementLine } from "./acknowledgement.js";
import { checkApiTls, readApi } from "./api-section.js";
import { readAttributes } from "./attributes-section.js";
import { addressesOverlap } from "./bind-address.js";
import { type Config, logLevels, type ReplicationConfig } from "./config.js";
import type { ConfigIssue } from "./config-issue.js";
import { type Environment, overridesFrom } from "./environment.js";
import { createIssueLog, type IssueLog } from "./issue-log.js";
import { readPath } from "./path-setting.js";
import { readBindAddress, readReplication } from "./replication-section.js";
import { readStorage } from "./storage-section.js";
import { createTableReader, type TableReader } from "./table-reader.js";
import { readToml } from "./toml-document.js";

export interface ParseConfigOptions {
  /** The file's name as issues shall show it. */
  readonly file: string;
  /** The file's directory, absolute: relative paths are relative to it, those of the environment too. */
  readonly directory: string;
  /** `CONCORDAT_<KEY>` overrides a top-level key; what is overridden in the file is not looked at. */
  readonly environment?: Environment;
}

export type ParseConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly errors: readonly ConfigIssue[] };

/** `sun_path` of Linux without its final zero byte; Node cuts a longer path silently. */
const socketPathBytesMax = 107;

/**
 * The text of a `server.toml` as a {@link Config}, or everything that is wrong with it, in the order of the file, the
 * environment's last. Pure, opens no file, and never throws. What stands under a header that is no TOML, or that is
 * written a second time, is checked only once the header is mended.
 */
export const parseConfig = (text: string, options: ParseConfigOptions): ParseConfigResult => {
  const source = text.replace(/^\ufeff/, "");
  const document = readToml(source);
  const log = createIssueLog(options.file, source, document.positions);
  for (const { span, code, message, remedy } of document.faults)
    log.report({ kind: "span", span }, code, message, remedy);
  const overrides = overridesFrom(options.environment ?? {});
  const root = createTableReader({ log, attempted: document.attempted }, [], document.root, overrides);
  const config = readRoot(root, options.directory, log);
  const errors = log.issues();
  return errors.length === 0 ? { ok: true, config } : { ok: false, errors };
};

const readRoot = (root: TableReader, directory: string, log: IssueLog): Config => {
  const replicationTable = root.table("replication");
  root.rejectUnknownKeys("top");
  const dbPath = resolve(directory, readPath(root, "db_path", log) ?? "data");
  const adminBindPath = readSocketPath(root, directory, dbPath, log);
  const bindAddress = readBindAddress(root.string("bindaddress"), log);
  const logLevel = root.choice("log_level", logLevels)?.value ?? "info";
  const readOnly = root.boolean("read_only")?.value ?? false;
  const storage = readStorage(root.table("storage"), log);
  const api = readApi(root.table("api"), directory, log);
  if (root.has("replication")) checkAcknowledgement(root, replicationTable, log);
  else root.boolean(acknowledgementKey);
  const replication = replicationTable && readReplication(replicationTable, log);
  const attributes = readAttributes(root.table("attributes"), log);
  const config = { dbPath, adminBindPath, bindAddress, logLevel, readOnly, storage, api, replication, attributes };
  checkAddresses(root, config, log);
  checkApiTls(root, config, log);
  return config;
};

const readSocketPath = (root: TableReader, directory: string, dbPath: string, log: IssueLog): string => {
  const written = readPath(root, "adminbindpath", log);
  const path = written === undefined ? join(dbPath, "concordat.sock") : resolve(directory, written);
  const bytes = Buffer.byteLength(path);
  if (bytes > socketPathBytesMax) {
    const message = `the unix socket's path has ${bytes} bytes, a system allows ${socketPathBytesMax}: ${path}`;
    const place = (root.any("adminbindpath") ?? root.any("db_path"))?.place ?? ({ kind: "key", path: [] } as const);
    log.report(place, "path_too_long", message, { help: "set adminbindpath to a shorter one" });
  }
  return path;
};

const checkAcknowledgement = (root: TableReader, replication: TableReader | undefined, log: IssueLog): void => {
  const setting = root.boolean(acknowledgementKey);
  const isWrittenElsewhere = replication?.has(acknowledgementKey) === true;
  const isBroken = root.wasAttempted(acknowledgementKey) || root.wasAttempted("ACK_HERE");
  const isReportedAlready = (root.has(acknowledgementKey) && setting === undefined) || isWrittenElsewhere || isBroken;
  if (setting?.value === true || isReportedAlready) return;
  const message = "[replication] wants you to acknowledge that replication is in development";
  const where = setting === undefined ? "add this line above the first [table]" : "write";
  log.report(setting?.place ?? { kind: "key", path: ["replication"] }, "replication_not_acknowledged", message, {
    suggestion: acknowledgementLine,
    help: `${where}: ${acknowledgementLine}`,
  });
};

const checkAddresses = (
  root: TableReader,
  {
    bindAddress,
    replication,
  }: { readonly bindAddress: Config["bindAddress"]; readonly replication: ReplicationConfig | undefined },
  log: IssueLog,
): void => {
  const place = root.any("bindaddress")?.place;
  if (place === undefined || bindAddress === undefined || replication === undefined) return;
  if (!addressesOverlap(bindAddress, replication.bindAddress)) return;
  const line = log.lineOf(["replication", "bindaddress"]);
  log.report(
    place,
    "address_conflict",
    `the data API and replication (line ${line}) would listen on the same address`,
    {
      help: "give one of them another port",
    },
  );
};
