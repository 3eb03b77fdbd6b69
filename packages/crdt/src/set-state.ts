import { type ChangeId, compareChangeIds, laterChangeId } from "./change-id.js";
import { filteredMap, mergedMap } from "./keyed-state.js";
import { isUnseen, type Seen } from "./ruv.js";
import type { ValueBytes } from "./value.js";

/** The bytes of an element's one encoding, one character a byte (latin1): equal elements have equal keys. */
export type ElementKey = string;

/** The key of the element that `bytes` encode. */
export const elementKey = (bytes: ValueBytes): ElementKey => {
  let key = "";
  for (let index = 0; index < bytes.length; index += 1) key += String.fromCharCode(bytes[index] as number);
  return key;
};

/** The encoding of the element that `key` names. */
export const elementBytes = (key: ElementKey): ValueBytes => {
  const bytes = new Uint8Array(key.length);
  for (let index = 0; index < key.length; index += 1) bytes[index] = key.charCodeAt(index);
  return bytes;
};

/** Every element that was ever added, until the purge: when it was last added or removed. */
export interface SetState {
  readonly elements: ReadonlyMap<ElementKey, SetElement>;
}

export interface SetElement {
  readonly changeId: ChangeId;
  readonly present: boolean;
}

/** Per element the later change wins; when one transaction removed and added it, the addition. */
export const mergeSets = (local: SetState, incoming: SetState): SetState => {
  const elements = mergedMap(local.elements, incoming.elements, mergeElements);
  return elements === local.elements ? local : { elements };
};

export const unseenSet = (state: SetState, seen: Seen): SetState | undefined => {
  const elements = filteredMap(state.elements, (element) => isUnseen(element.changeId, seen));
  return elements && { elements };
};

export const newestOfSet = (state: SetState): ChangeId | undefined => {
  let newest: ChangeId | undefined;
  for (const { changeId } of state.elements.values()) newest = newest ? laterChangeId(newest, changeId) : changeId;
  return newest;
};

const mergeElements = (local: SetElement, incoming: SetElement): SetElement => {
  const order = compareChangeIds(local.changeId, incoming.changeId);
  if (order !== 0) return order > 0 ? local : incoming;
  return local.present || !incoming.present ? local : incoming;
};
