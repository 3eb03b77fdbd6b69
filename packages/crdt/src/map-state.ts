import { type ChangeId, laterChangeId } from "./change-id.js";
import { filteredMap, mergedMap } from "./keyed-state.js";
import { mergeRegisters, type RegisterState, unseenRegister } from "./register-state.js";
import type { Seen } from "./ruv.js";

/** A register per key. */
export interface MapState {
  readonly keys: ReadonlyMap<string, RegisterState>;
}

/** @throws DuplicateChangeError as `mergeRegisters` does. */
export const mergeMaps = (local: MapState, incoming: MapState): MapState => {
  const keys = mergedMap(local.keys, incoming.keys, mergeRegisters);
  return keys === local.keys ? local : { keys };
};

export const unseenMap = (state: MapState, seen: Seen): MapState | undefined => {
  const keys = filteredMap(state.keys, (register) => unseenRegister(register, seen) !== undefined);
  return keys && { keys };
};

export const newestOfMap = (state: MapState): ChangeId | undefined => {
  let newest: ChangeId | undefined;
  for (const { changeId } of state.keys.values()) newest = newest ? laterChangeId(newest, changeId) : changeId;
  return newest;
};
