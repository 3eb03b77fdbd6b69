import { type CausalChange, contextOver, isKnownTo, sameContext } from "./causal-context.js";
import { type ChangeId, compareChangeIds } from "./change-id.js";
import { DuplicateChangeError } from "./duplicate-change-error.js";
import { isUnseen, type Seen } from "./ruv.js";
import { sameBytes, type ValueBytes } from "./value.js";

/** One write to one place, and what its writer knew; without a value the place was emptied. */
export interface Version extends CausalChange {
  readonly value: ValueBytes | undefined;
}

/**
 * The last write to one place, which is shown, and beside it those that no other here knew of: they were made at the
 * same time, as far as replication goes, and lost. A write that knows them takes their place.
 */
export interface RegisterState extends Version {
  /** The newest first. */
  readonly siblings: readonly Version[];
}

const NO_SIBLINGS: readonly Version[] = [];

/** The state after a write of `value`, or of nothing, over `before`, all of which its writer knows. */
export const writtenRegister = (
  before: RegisterState | undefined,
  changeId: ChangeId,
  value: ValueBytes | undefined,
): RegisterState => {
  const context = contextOver(before ? versionsOf(before) : [], changeId.server);
  return { changeId, value, context, siblings: NO_SIBLINGS };
};

/** All versions in it, the newest first. */
export const versionsOf = (state: RegisterState): readonly Version[] =>
  state.siblings.length === 0 ? [state] : [state, ...state.siblings];

/** The values that stand in it, the newest first. */
export const valuesIn = (state: RegisterState | undefined): readonly ValueBytes[] =>
  state ? versionsOf(state).flatMap(({ value }) => value ?? []) : [];

/** A state of the versions, the newest first, none of which knows another. At least one. */
export const registerOf = ([newest, ...siblings]: readonly [Version, ...Version[]]): RegisterState => ({
  ...plain(newest),
  siblings: siblings.length === 0 ? NO_SIBLINGS : siblings.map(plain),
});

/** A version that was the newest of a state is one among others in the next. */
const plain = ({ changeId, value, context }: Version): Version => ({ changeId, value, context });

/**
 * The later write is shown; one that it did not know stays beside it. What is left are the writes that no other knew
 * of, out of both: a join, since knowing is transitive.
 *
 * @throws DuplicateChangeError when one change id comes with two values: two replicas run under one server uuid.
 */
export const mergeRegisters = (local: RegisterState, incoming: RegisterState): RegisterState => {
  if (local.siblings.length === 0 && incoming.siblings.length === 0) return mergeSingles(local, incoming);
  const ours = versionsOf(local);
  const merged = [...ours];
  for (const theirs of versionsOf(incoming)) {
    const same = ours.find(({ changeId }) => compareChangeIds(changeId, theirs.changeId) === 0);
    if (same) expectSame(same, theirs);
    else merged.push(theirs);
  }
  const left = merged.filter(
    (version) => !merged.some((other) => other !== version && isKnownTo(other, version.changeId)),
  );
  if (left.length === ours.length && left.every((version, index) => version === ours[index])) return local;
  left.sort((one, other) => compareChangeIds(other.changeId, one.changeId));
  return registerOf(left as [Version, ...Version[]]);
};

/** The whole state when any of it is unseen: whoever lacks a version may have purged the mark that beat it. */
export const unseenRegister = (state: RegisterState, seen: Seen): RegisterState | undefined =>
  isUnseen(state.changeId, seen) || state.siblings.some(({ changeId }) => isUnseen(changeId, seen)) ? state : undefined;

const mergeSingles = (local: RegisterState, incoming: RegisterState): RegisterState => {
  const order = compareChangeIds(local.changeId, incoming.changeId);
  if (order === 0) {
    expectSame(local, incoming);
    return local;
  }
  if (order > 0) return isKnownTo(local, incoming.changeId) ? local : registerOf([local, incoming]);
  return isKnownTo(incoming, local.changeId) ? incoming : registerOf([incoming, local]);
};

const expectSame = (left: Version, right: Version): void => {
  if (sameValue(left.value, right.value) && sameContext(left.context, right.context)) return;
  throw new DuplicateChangeError(left.changeId);
};

export const sameValue = (left: ValueBytes | undefined, right: ValueBytes | undefined): boolean =>
  left === undefined || right === undefined ? left === right : sameBytes(left, right);
