import type { Override } from "./environment.js";
import type { IssueLog, Place, Remedy } from "./issue-log.js";
import { homeOfKey, knownKeys, type TableKind } from "./known-keys.js";
import { nearestKey } from "./nearest-key.js";
import { quote } from "./quote.js";
import type { SettingPath } from "./span.js";

/** A value as it was written, and where. */
export interface Setting<T> {
  readonly value: T;
  readonly place: Place;
}

/** What all tables of one file share. */
export interface Reading {
  readonly log: IssueLog;
  /** Settings that a broken statement tried to write. */
  readonly attempted: readonly SettingPath[];
}

/**
 * Typed access to one table. A value of another type is reported and read as `undefined`; so is, by `require…`, a key
 * that is not there.
 */
export interface TableReader {
  readonly path: SettingPath;
  readonly keys: readonly string[];
  readonly has: (key: string) => boolean;
  /** Whether a statement that is not TOML tried to write this key. */
  readonly wasAttempted: (key: string) => boolean;
  readonly any: (key: string) => Setting<unknown> | undefined;
  readonly string: (key: string) => Setting<string> | undefined;
  readonly boolean: (key: string) => Setting<boolean> | undefined;
  readonly number: (key: string) => Setting<number> | undefined;
  readonly table: (key: string) => TableReader | undefined;
  readonly requireString: (key: string, help: string) => Setting<string> | undefined;
  /** One of `values`, or else the reported issue says which is the nearest. */
  readonly choice: <T extends string>(key: string, values: readonly T[]) => Setting<T> | undefined;
  readonly reportMissing: (key: string, help: string) => void;
  /** Reports every key that neither this kind of table has nor `isKnown` accepts. */
  readonly rejectUnknownKeys: (kind: TableKind, isKnown?: (key: string) => boolean) => void;
}

export const createTableReader = (
  reading: Reading,
  path: SettingPath,
  table: Readonly<Record<string, unknown>>,
  overrides: ReadonlyMap<string, Override> = new Map(),
): TableReader => {
  const { log, attempted } = reading;

  const any = (key: string): Setting<unknown> | undefined => {
    const override = overrides.get(key);
    if (override !== undefined) {
      return { value: override.value, place: { kind: "variable", name: override.variable, value: override.value } };
    }
    return Object.hasOwn(table, key)
      ? { value: table[key], place: { kind: "value", path: [...path, key] } }
      : undefined;
  };

  const typed = <T>(key: string, type: TypeName, accept: (value: unknown, place: Place) => T | undefined) => {
    const found = any(key);
    if (found === undefined) return undefined;
    const value = accept(found.value, found.place);
    if (value !== undefined) return { value, place: found.place };
    log.report(found.place, "wrong_type", wrongType(key, type, found.value), typeRemedy(found, [...path, key], type));
    return undefined;
  };

  const string = (key: string) => typed(key, "string", (value) => (typeof value === "string" ? value : undefined));

  const reportMissing = (key: string, help: string): void => {
    if (reader.has(key) || reader.wasAttempted(key)) return;
    log.report({ kind: "key", path }, "missing_key", `${headerOf(path)} has no ${key}`, { suggestion: key, help });
  };

  const reader: TableReader = {
    path,
    keys: Object.keys(table),
    has: (key) => any(key) !== undefined,
    wasAttempted: (key) => attempted.some((tried) => isPrefix(tried, [...path, key])),
    any,
    string,
    boolean: (key) => typed(key, "boolean", acceptBoolean),
    number: (key) => typed(key, "number", (value) => (typeof value === "number" ? value : undefined)),
    table: (key) => {
      const found = typed(key, "table", (value) => (isTable(value) ? value : undefined));
      return found && createTableReader(reading, [...path, key], found.value);
    },
    requireString: (key, help) => {
      reportMissing(key, help);
      return string(key);
    },
    choice: (key, values) => {
      const found = string(key);
      if (found === undefined) return undefined;
      const value = values.find((candidate) => candidate === found.value);
      if (value !== undefined) return { value, place: found.place };
      log.report(
        found.place,
        "invalid_value",
        `${key} cannot be ${quote(found.value)}`,
        choiceRemedy(found.value, values),
      );
      return undefined;
    },
    reportMissing,
    rejectUnknownKeys: (kind, isKnown = () => false) => {
      const known: readonly string[] = knownKeys[kind];
      for (const key of Object.keys(table)) {
        if (known.includes(key) || isKnown(key)) continue;
        log.report(
          { kind: "key", path: [...path, key] },
          "unknown_key",
          `unknown key ${quote(key)}`,
          unknownRemedy(key, kind),
        );
      }
    },
  };
  return reader;
};

type TypeName = "string" | "boolean" | "number" | "table";

/** A TOML table, not one of the dates and arrays that are objects too. */
const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null;

/** An environment variable can only hold text. */
const acceptBoolean = (value: unknown, place: Place): boolean | undefined => {
  if (typeof value === "boolean") return value;
  if (place.kind !== "variable") return undefined;
  return value === "true" || value === "false" ? value === "true" : undefined;
};

const wrongType = (key: string, type: TypeName, value: unknown): string =>
  `${quote(key)} must be a ${type}, not ${typeOf(value)}`;

const typeOf = (value: unknown): string => {
  if (isTable(value)) return "a table";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "a date" : `a ${typeof value}`;
};

const typeRemedy = ({ value, place }: Setting<unknown>, path: SettingPath, type: TypeName): Remedy => {
  const key = path.at(-1) ?? "";
  if (place.kind === "variable") return { help: "set it to true or false" };
  if (type === "table") {
    const header = headerOf(path);
    return { suggestion: header, help: `write ${header} alone on a line, and its keys below it` };
  }
  if (type === "boolean") {
    const suggestion = typeof value === "object" ? "" : String(value).toLowerCase();
    return suggestion === "true" || suggestion === "false"
      ? { suggestion, help: `write ${key} = ${suggestion}, without quotes` }
      : { help: `write ${key} = true or ${key} = false` };
  }
  if (type === "number") {
    const isNumeric = typeof value === "string" && /^\d+(\.\d+)?$/.test(value);
    return isNumeric ? { suggestion: value, help: `write ${key} = ${value}, without quotes` } : {};
  }
  if (typeof value !== "number" && typeof value !== "boolean") return {};
  const suggestion = JSON.stringify(String(value));
  return { suggestion, help: `write ${key} = ${suggestion}, with quotes` };
};

/** A table's header as it is written; the top-level table has none. */
const headerOf = (path: SettingPath): string => {
  const names = path.map((step) => (/^[A-Za-z0-9_-]+$/.test(String(step)) ? step : JSON.stringify(step)));
  return names.length === 0 ? "the file" : `[${names.join(".")}]`;
};

const choiceRemedy = (written: string, values: readonly string[]): Remedy => {
  const nearest = nearestKey(written, values);
  const list = `one of ${values.map((value) => JSON.stringify(value)).join(", ")}`;
  return nearest === undefined
    ? { help: list }
    : { suggestion: nearest, help: `did you mean ${JSON.stringify(nearest)}? ${list}` };
};

const unknownRemedy = (key: string, kind: TableKind): Remedy => {
  const home = homeOfKey(key, kind);
  if (home !== undefined) return { suggestion: key, help: `${key} belongs ${home}` };
  const nearest = nearestKey(key, knownKeys[kind]);
  if (nearest !== undefined) return { suggestion: nearest, help: `did you mean ${nearest}?` };
  return { help: `the keys here are ${knownKeys[kind].join(", ")}` };
};

const isPrefix = (prefix: SettingPath, path: SettingPath): boolean =>
  prefix.length <= path.length && prefix.every((step, index) => step === path[index]);
