import type { Value } from "@concordat/crdt";
import { type AttributeOperation, kindsWritten, type RecordedChange } from "./history.js";
import { valueName } from "./value-name.js";

/** Whether a replica must count a change, or may. */
export type IsCertain = (change: RecordedChange) => boolean;

/** Sums of counters are looked through only up to so many. */
const SUMS_MAX = 20_000;

/**
 * Why `shown` cannot be what an attribute shows after `operations`, of which the certain ones were all seen and the others may
 * have been; `undefined` when it can, or when this model does not decide. Slow and dumb on purpose: the newest write wins, an
 * element at a time, a key at a time, and counters are sums.
 */
export const whyNotShown = (
  shown: Value | undefined,
  operations: readonly AttributeOperation[],
  isCertain: IsCertain,
): string | undefined => {
  const kinds = kindsWritten(operations);
  const [kind] = kinds;
  if (kinds.size !== 1)
    return kinds.size === 0 && shown !== undefined ? `shows ${valueName(shown)}, which nobody wrote` : undefined;
  switch (kind) {
    case "register":
      return whyNotNewest(shown, registerWrites(operations), isCertain);
    case "set":
      return whyNotElements(shown, operations, isCertain);
    case "map":
      return whyNotKeys(shown, operations, isCertain);
    case "counter":
      return whyNotSum(shown, operations, isCertain);
    default:
      return undefined;
  }
};

interface Write<T> {
  readonly change: RecordedChange;
  readonly value: T;
}

const registerWrites = (operations: readonly AttributeOperation[]): Write<Value | undefined>[] =>
  operations.flatMap(({ change, effect }) =>
    effect.kind === "register" && !effect.isSame ? [{ change, value: effect.value }] : [],
  );

/** By the total order of change ids. */
export const isLater = (left: RecordedChange, right: RecordedChange): boolean =>
  left.ts > right.ts || (left.ts === right.ts && left.server > right.server);

const newestCertain = <T>(writes: readonly Write<T>[], isCertain: IsCertain): Write<T> | undefined =>
  writes
    .filter(({ change }) => isCertain(change))
    .reduce<Write<T> | undefined>(
      (newest, write) => (!newest || isLater(write.change, newest.change) ? write : newest),
      undefined,
    );

/** Some write that is not older than the newest certain one must have written what is shown. */
const whyNotNewest = (
  shown: Value | undefined,
  writes: readonly Write<Value | undefined>[],
  isCertain: IsCertain,
): string | undefined => {
  const newest = newestCertain(writes, isCertain);
  if (newest === undefined && shown === undefined) return undefined;
  const name = valueName(shown);
  const couldWin = writes.some(
    ({ change, value }) =>
      valueName(value) === name && (newest === undefined || change === newest.change || isLater(change, newest.change)),
  );
  if (couldWin) return undefined;
  return `shows ${name}, and the newest write was ${newest ? `${valueName(newest.value)} at ${newest.change.ts}` : "none"}`;
};

const whyNotElements = (
  shown: Value | undefined,
  operations: readonly AttributeOperation[],
  isCertain: IsCertain,
): string | undefined => {
  if (shown !== undefined && !Array.isArray(shown)) return `shows ${valueName(shown)}, and is a set`;
  const has = new Set((shown ?? []).map(valueName));
  const writes = new Map<string, Write<Value | undefined>[]>();
  const note = (element: Value, change: RecordedChange, isPresent: boolean): void => {
    const name = valueName(element);
    const all = writes.get(name) ?? [];
    all.push({ change, value: isPresent });
    writes.set(name, all);
  };
  for (const { change, effect } of operations) {
    if (effect.kind !== "set") continue;
    for (const element of effect.absent) note(element, change, false);
    for (const element of effect.present) note(element, change, true);
  }
  for (const name of has) if (!writes.has(name)) return `shows element ${name}, which nobody added`;
  for (const [name, all] of writes) {
    const why = whyNotPresence(has.has(name), all, isCertain);
    if (why) return `element ${name} ${why}`;
  }
  return undefined;
};

const whyNotPresence = (
  isShown: boolean,
  writes: readonly Write<Value | undefined>[],
  isCertain: IsCertain,
): string | undefined => {
  const newest = newestCertain(writes, isCertain);
  if (newest === undefined && !isShown) return undefined;
  const couldWin = writes.some(
    ({ change, value }) =>
      value === isShown && (newest === undefined || change === newest.change || isLater(change, newest.change)),
  );
  if (couldWin) return undefined;
  return `is ${isShown ? "shown" : "not shown"}, and was ${newest?.value ? "added" : "removed"} at ${newest?.change.ts} last`;
};

const whyNotKeys = (
  shown: Value | undefined,
  operations: readonly AttributeOperation[],
  isCertain: IsCertain,
): string | undefined => {
  if (shown !== undefined && (typeof shown !== "object" || Array.isArray(shown)))
    return `shows ${valueName(shown)}, and is a map`;
  const has = (shown ?? {}) as Readonly<Record<string, Value>>;
  const writes = new Map<string, Write<Value | undefined>[]>();
  const note = (key: string, change: RecordedChange, value: Value | undefined): void => {
    writes.set(key, [...(writes.get(key) ?? []), { change, value }]);
  };
  for (const { change, effect } of operations) {
    if (effect.kind !== "map") continue;
    for (const key of effect.removed) note(key, change, undefined);
    for (const [key, value] of Object.entries(effect.values)) note(key, change, value);
  }
  for (const key of Object.keys(has)) if (!writes.has(key)) return `shows key ${key}, which nobody wrote`;
  for (const [key, all] of writes) {
    const why = whyNotNewest(Object.hasOwn(has, key) ? has[key] : undefined, all, isCertain);
    if (why) return `key ${key} ${why}`;
  }
  return undefined;
};

/** The certain amounts, and any of the others. */
const whyNotSum = (
  shown: Value | undefined,
  operations: readonly AttributeOperation[],
  isCertain: IsCertain,
): string | undefined => {
  let certain = 0;
  let sums = new Set([0]);
  let isThere = false;
  for (const { change, effect } of operations) {
    if (effect.kind !== "counter") continue;
    if (isCertain(change)) {
      certain += effect.amount;
      isThere = true;
    } else if (effect.amount !== 0) sums = new Set([...sums, ...[...sums].map((sum) => sum + effect.amount)]);
    if (sums.size > SUMS_MAX) return undefined;
  }
  if (shown === undefined) return isThere ? `shows nothing, and adds up to ${certain}` : undefined;
  if (typeof shown !== "number") return `shows ${valueName(shown)}, and is a counter`;
  return sums.has(shown - certain)
    ? undefined
    : `shows ${shown}, and adds up to ${certain} and any of ${sums.size} sums`;
};
