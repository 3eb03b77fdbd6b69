import { type ChangeId, compareChangeIds } from "./change-id.js";
import { DuplicateChangeError } from "./duplicate-change-error.js";
import { isUnseen, type Seen } from "./ruv.js";
import { sameBytes, type ValueBytes } from "./value.js";

/** The last write to one place, and when it was; without a value the place was emptied. */
export interface RegisterState {
  readonly changeId: ChangeId;
  readonly value: ValueBytes | undefined;
}

/**
 * The later write wins.
 *
 * @throws DuplicateChangeError when one change id comes with two values: two replicas run under one server uuid.
 */
export const mergeRegisters = (local: RegisterState, incoming: RegisterState): RegisterState => {
  const order = compareChangeIds(local.changeId, incoming.changeId);
  if (order === 0 && !sameValue(local.value, incoming.value)) throw new DuplicateChangeError(local.changeId);
  return order >= 0 ? local : incoming;
};

export const unseenRegister = (state: RegisterState, seen: Seen): RegisterState | undefined =>
  isUnseen(state.changeId, seen) ? state : undefined;

const sameValue = (left: ValueBytes | undefined, right: ValueBytes | undefined): boolean =>
  left === undefined || right === undefined ? left === right : sameBytes(left, right);
