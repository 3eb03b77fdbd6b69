import type { StorageConfig } from "./config.js";
import type { IssueLog } from "./issue-log.js";
import type { TableReader } from "./table-reader.js";

const storageTypes = ["lmdb", "memory", "postgres"] as const;

/** `[storage]`; "lmdb" where it is left out. */
export const readStorage = (table: TableReader | undefined, log: IssueLog): StorageConfig => {
  if (table === undefined) return { type: "lmdb" };
  table.rejectUnknownKeys("storage");
  const isTypeSound = !table.has("type") && !table.wasAttempted("type");
  const type = table.choice("type", storageTypes)?.value ?? (isTypeSound ? "lmdb" : undefined);
  const url = table.string("url");
  const sqlEntries = table.boolean("sql_entries");
  if (type === "postgres") {
    table.reportMissing("url", 'say which database: url = "postgres://user@host/database"');
    if (url !== undefined && !/^postgres(ql)?:\/\/./.test(url.value)) {
      log.report(url.place, "invalid_value", "this is not the url of a database", {
        help: 'it begins with postgres://, as in url = "postgres://user@host/database"',
      });
    }
    return { type, url: url?.value ?? "", sqlEntries: sqlEntries?.value ?? false };
  }
  for (const [key, setting] of [
    ["url", url],
    ["sql_entries", sqlEntries],
  ] as const) {
    if (type === undefined || setting === undefined) continue;
    const place = { kind: "key", path: [...table.path, key] } as const;
    log.report(place, "key_of_another_type", `storage of type "${type}" has no ${key}`, {
      help: `${key} goes with type = "postgres"`,
    });
  }
  return { type: type ?? "lmdb" };
};
