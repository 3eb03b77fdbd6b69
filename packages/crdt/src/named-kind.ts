import { filteredMap, mergedMap } from "./keyed-state.js";
import { mergeRegisters, type RegisterState, unseenRegister } from "./register-state.js";
import type { Seen } from "./ruv.js";

/** The name of a merge kind that a user of the library has made: `example.com/max`. No kind of the model has one like it. */
export type NamedKind = `${string}.${string}/${string}`;

/** It travels with every state of the kind. In ASCII. */
export const KIND_NAME_BYTES_MAX = 100;

/** Two labels of a domain name or more, a slash, a name. Lower case, so that two names which read alike are one. */
const FORM = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+\/[a-z0-9._-]+$/;

export const isNamedKind = (text: string): text is NamedKind => text.length <= KIND_NAME_BYTES_MAX && FORM.test(text);

/**
 * States of users' kinds, each kept as a register is: the versions that no other knew of, side by side. To join their values is
 * for whoever knows the kind, and no merge needs it. Model, section 2.
 */
export type NamedStates = ReadonlyMap<NamedKind, RegisterState>;

/** @throws DuplicateChangeError as `mergeRegisters` does. */
export const mergeNamed = (local: NamedStates, incoming: NamedStates): NamedStates =>
  mergedMap(local, incoming, mergeRegisters);

export const unseenNamed = (states: NamedStates, seen: Seen): NamedStates | undefined =>
  filteredMap(states, (register) => unseenRegister(register, seen) !== undefined);
