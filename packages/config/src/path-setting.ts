import type { IssueLog } from "./issue-log.js";
import type { TableReader } from "./table-reader.js";

/** The path in a setting, as it was written; what cannot be one is reported. */
export const readPath = (table: TableReader, key: string, log: IssueLog): string | undefined => {
  const setting = table.string(key);
  if (setting === undefined || (setting.value !== "" && !setting.value.includes("\0"))) return setting?.value;
  log.report(setting.place, "invalid_value", `${key} is not a path`);
  return undefined;
};
