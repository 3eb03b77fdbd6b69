import { isLater } from "./expected-content.js";
import type { AttributeOperation, Effect, RecordedChange } from "./history.js";
import { valueName } from "./value-name.js";

/**
 * Whether everything that one operation wrote has been written again, later, by changes that are `isCertain`: nothing of it is left
 * where those are, and nobody lacks it who has them. Never of a counter, to which each operation adds.
 */
export const isOvertaken = (
  { change, effect }: AttributeOperation,
  operations: readonly AttributeOperation[],
  isCertain: (change: RecordedChange) => boolean,
): boolean => {
  const places = placesOf(effect);
  if (places === undefined) return false;
  const later = operations.filter((other) => isLater(other.change, change) && isCertain(other.change));
  const written = new Set(later.flatMap((other) => placesOf(other.effect) ?? []));
  return places.every((place) => written.has(place));
};

/** What `effect` replaces: the register, elements, keys; of each kind its own, since kinds stand side by side. */
const placesOf = (effect: Effect): readonly string[] | undefined => {
  switch (effect.kind) {
    case "register":
      return effect.isSame ? [] : ["register"];
    case "set":
      return [...effect.present, ...effect.absent].map((element) => `element ${valueName(element)}`);
    case "map":
      return [...Object.keys(effect.values), ...effect.removed].map((key) => `key ${key}`);
    case "counter":
    case "untold":
      return undefined;
  }
};
