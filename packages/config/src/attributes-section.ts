import { type AttributeConfig, mergeKinds } from "./config.js";
import type { IssueLog } from "./issue-log.js";
import type { TableReader } from "./table-reader.js";

/** `[attributes.<name>]`, by name. */
export const readAttributes = (
  table: TableReader | undefined,
  log: IssueLog,
): Readonly<Record<string, AttributeConfig>> => {
  // No prototype: an attribute may be called "__proto__" or "constructor" and is nothing but a name.
  const attributes: Record<string, AttributeConfig> = Object.create(null);
  for (const name of table?.keys ?? []) {
    const attribute = table?.table(name);
    if (attribute !== undefined) attributes[name] = readAttribute(name, attribute, log);
  }
  return attributes;
};

const readAttribute = (name: string, table: TableReader, log: IssueLog): AttributeConfig => {
  if (name === "") {
    log.report({ kind: "key", path: table.path }, "invalid_value", "an attribute's name is not empty", {
      help: "write [attributes.name]",
    });
  }
  table.rejectUnknownKeys("attribute");
  const merge = table.choice("merge", mergeKinds)?.value ?? "register";
  const index = table.boolean("index");
  const unique = table.boolean("unique");
  const reference = table.boolean("reference");
  const required = table.boolean("required");
  if (index?.value === true && (merge === "counter" || merge === "map")) {
    log.report(index.place, "invalid_value", `a ${merge} cannot be indexed`, {
      help: "entries are found by the value of a register or an element of a set: leave index out, or take another merge",
    });
  }
  for (const [key, setting] of [
    ["unique", unique],
    ["reference", reference],
  ] as const) {
    if (merge !== "counter" || setting?.value !== true) continue;
    log.report(setting.place, "invalid_value", `a counter cannot be ${key === "unique" ? "unique" : "a reference"}`, {
      help: `its value is a sum that changes on its own: leave ${key} out, or take another merge`,
    });
  }
  return {
    merge,
    index: index?.value ?? false,
    unique: unique?.value ?? false,
    reference: reference?.value ?? false,
    required: required?.value ?? false,
  };
};
