import {
  type AttributeState,
  type ChangeId,
  counterValue,
  type NamedKind,
  type RegisterState,
  shownNamed,
  type ValueBytes,
  visibleKind,
  writtenRegister,
} from "@concordat/crdt";
import type { KnownKinds } from "../constraint/constraints.js";
import { oneValue } from "../kind/one-value.js";

/**
 * What `attributes` show, as if it had all been written by the change `changeId`: for an entry that is a copy of another.
 *
 * @throws ReplicaError `unknown_merge_kind`, as `oneValue` does.
 */
export const visibleCopy = (
  attributes: ReadonlyMap<string, AttributeState>,
  changeId: ChangeId,
  kinds: KnownKinds,
): Map<string, AttributeState> => {
  const copies = new Map<string, AttributeState>();
  for (const [name, state] of attributes) {
    const named = shownNamed(state);
    const copy = named
      ? copyOfNamed(named.kind, oneValue(name, named, kinds.get(name)), changeId)
      : copyOf(state, changeId);
    if (copy) copies.set(name, copy);
  }
  return copies;
};

const copyOfNamed = (kind: NamedKind, value: ValueBytes, changeId: ChangeId): AttributeState => ({
  named: new Map([[kind, writtenRegister(undefined, changeId, value)]]),
});

const copyOf = (state: AttributeState, changeId: ChangeId): AttributeState | undefined => {
  switch (visibleKind(state)) {
    case "register":
      return state.register?.value && { register: rewritten(state.register, changeId) };
    case "set": {
      const present = [...(state.set?.elements ?? [])].filter(([, element]) => element.present);
      if (present.length === 0) return undefined;
      return { set: { elements: new Map(present.map(([key]) => [key, { changeId, present: true }])) } };
    }
    case "map": {
      const present = [...(state.map?.keys ?? [])].filter(([, { value }]) => value !== undefined);
      if (present.length === 0) return undefined;
      return { map: { keys: new Map(present.map(([key, register]) => [key, rewritten(register, changeId)])) } };
    }
    case "counter":
      return (
        state.counter && {
          counter: { totals: new Map([[changeId.server, total(counterValue(state.counter), changeId.ts)]]) },
        }
      );
    default:
      return undefined;
  }
};

const rewritten = ({ value }: RegisterState, changeId: ChangeId): RegisterState =>
  writtenRegister(undefined, changeId, value);

const total = (value: number, ts: number) => ({ ts, increments: Math.max(value, 0), decrements: Math.max(-value, 0) });
