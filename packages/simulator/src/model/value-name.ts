import type { Value } from "@concordat/crdt";

/** A text that two values share exactly when they are equal. */
export const valueName = (value: Value | undefined): string => {
  if (value === undefined) return "nothing";
  if (typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value))) return `i${value}`;
  if (value instanceof Uint8Array) return `b${[...value].join(",")}`;
  if (Array.isArray(value)) return `[${value.map(valueName).join(";")}]`;
  if (typeof value !== "object") return `${typeof value}${JSON.stringify(value)}`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${valueName((value as Record<string, Value>)[key])}`).join(";")}}`;
};
