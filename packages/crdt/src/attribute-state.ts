import { type CausalChange, NO_CONTEXT } from "./causal-context.js";
import { type ChangeId, compareChangeIds } from "./change-id.js";
import { type CounterState, mergeCounters, newestOfCounter, unseenCounter } from "./counter-state.js";
import { type MapState, mergeMaps, newestOfMap, unseenMap } from "./map-state.js";
import { mergeNamed, type NamedKind, type NamedStates, unseenNamed } from "./named-kind.js";
import { mergeRegisters, type RegisterState, unseenRegister, valuesIn, versionsOf } from "./register-state.js";
import type { Seen } from "./ruv.js";
import { mergeSets, newestOfSet, type SetState, unseenSet } from "./set-state.js";
import type { ValueBytes } from "./value.js";

/** How the values of an attribute merge, for the kinds that every replica knows. */
export type MergeKind = "register" | "set" | "map" | "counter";

export const MERGE_KINDS: readonly MergeKind[] = ["counter", "map", "register", "set"];

/**
 * The states of one attribute, by merge kind: it carries its own kind, so that nodes whose schemas differ merge
 * alike. States of different kinds stay side by side (letting the newer replace the other is not associative); the
 * visible one is the kind with the newest change. Model, section 2.
 */
export interface AttributeState {
  readonly register?: RegisterState | undefined;
  readonly set?: SetState | undefined;
  readonly map?: MapState | undefined;
  readonly counter?: CounterState | undefined;
  /** Of kinds that users have made. */
  readonly named?: NamedStates | undefined;
}

/** The join of two states of one attribute; `local` itself when it already holds all of `incoming`. */
export const mergeAttributes = (local: AttributeState, incoming: AttributeState): AttributeState => {
  const register = joined(local.register, incoming.register, mergeRegisters);
  const set = joined(local.set, incoming.set, mergeSets);
  const map = joined(local.map, incoming.map, mergeMaps);
  const counter = joined(local.counter, incoming.counter, mergeCounters);
  const named = joined(local.named, incoming.named, mergeNamed);
  const unchanged =
    register === local.register &&
    set === local.set &&
    map === local.map &&
    counter === local.counter &&
    named === local.named;
  return unchanged ? local : { register, set, map, counter, named };
};

/** What of `state` a consumer that has `seen` lacks; `undefined` when nothing. Every change id inside counts. */
export const unseenAttribute = (state: AttributeState, seen: Seen): AttributeState | undefined => {
  const register = state.register && unseenRegister(state.register, seen);
  const set = state.set && unseenSet(state.set, seen);
  const map = state.map && unseenMap(state.map, seen);
  const counter = state.counter && unseenCounter(state.counter, seen);
  const named = state.named && unseenNamed(state.named, seen);
  if (!register && !set && !map && !counter && !named) return undefined;
  // A kind that hides another goes with it: whoever lacks the hidden one may have purged the marks that hide it.
  return kindsOf(state) > 1 ? state : { register, set, map, counter, named };
};

/** Every change in `state`, with what its writer knew. Elements and totals carry no context: none is needed to merge them. */
export function* causalChangesOfAttribute(state: AttributeState): Generator<CausalChange> {
  if (state.register) yield* versionsOf(state.register);
  for (const register of state.map?.keys.values() ?? []) yield* versionsOf(register);
  for (const register of state.named?.values() ?? []) yield* versionsOf(register);
  for (const { changeId } of state.set?.elements.values() ?? []) yield { changeId, context: NO_CONTEXT };
  for (const [server, { ts }] of state.counter?.totals ?? []) yield { changeId: { ts, server }, context: NO_CONTEXT };
}

/** How many kinds there are states of. */
export const kindsOf = ({ register, set, map, counter, named }: AttributeState): number =>
  (register ? 1 : 0) + (set ? 1 : 0) + (map ? 1 : 0) + (counter ? 1 : 0) + (named?.size ?? 0);

/** The kinds that `state` may have states of, by name. */
export const kindsByName = ({ named }: AttributeState): readonly (MergeKind | NamedKind)[] =>
  named ? [...MERGE_KINDS, ...named.keys()].sort() : MERGE_KINDS;

/** The kind whose state is shown: the one with the newest change, and of equals the first by name. */
export const visibleKind = (state: AttributeState): MergeKind | NamedKind | undefined => {
  if (isRegisterAlone(state)) return "register";
  let kind: MergeKind | NamedKind | undefined;
  let newest: ChangeId | undefined;
  for (const candidate of kindsByName(state)) {
    const change = newestOfKind(state, candidate);
    if (change === undefined || (newest !== undefined && compareChangeIds(change, newest) <= 0)) continue;
    kind = candidate;
    newest = change;
  }
  return kind;
};

/** As most attributes are. */
const isRegisterAlone = ({ register, set, map, counter, named }: AttributeState): boolean =>
  register !== undefined && set === undefined && map === undefined && counter === undefined && named === undefined;

/** A state of a user's kind that is shown: the kind, and the values that stand in it, the newest first. */
export interface ShownNamed {
  readonly kind: NamedKind;
  readonly values: readonly [ValueBytes, ...ValueBytes[]];
}

/** `undefined` where a kind of the model is shown, or nothing. */
export const shownNamed = (state: AttributeState): ShownNamed | undefined => {
  const kind = state.named && visibleKind(state);
  const register = kind && state.named?.get(kind as NamedKind);
  const [newest, ...others] = valuesIn(register);
  return newest && { kind: kind as NamedKind, values: [newest, ...others] };
};

export const newestChangeOf = (state: AttributeState): ChangeId | undefined => {
  if (isRegisterAlone(state)) return state.register?.changeId;
  const kind = visibleKind(state);
  return kind && newestOfKind(state, kind);
};

const newestOfKind = (state: AttributeState, kind: MergeKind | NamedKind): ChangeId | undefined => {
  switch (kind) {
    case "register":
      return state.register?.changeId;
    case "set":
      return state.set && newestOfSet(state.set);
    case "map":
      return state.map && newestOfMap(state.map);
    case "counter":
      return state.counter && newestOfCounter(state.counter);
    default:
      return state.named?.get(kind)?.changeId;
  }
};

const joined = <S>(local: S | undefined, incoming: S | undefined, merge: (a: S, b: S) => S): S | undefined => {
  if (local === undefined) return incoming;
  return incoming === undefined ? local : merge(local, incoming);
};
