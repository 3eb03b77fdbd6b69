import type { NodeStatus } from "../admin/node-status.js";

/** One link, or the node itself, that is not as it was. */
export interface StateChange {
  /** A partner's origin; `node` for the node itself. */
  readonly of: string;
  /** `undefined` for what was not there before. */
  readonly from: string | undefined;
  /** `undefined` for what is no longer there. */
  readonly to: string | undefined;
  readonly message: string;
  readonly remedy: string | undefined;
}

/** What the node says, or that it says nothing. */
export type Seen = NodeStatus | { readonly stopped: string };

/** What is another state in `after` than in `before`; everything, when nothing was seen before. Pure. */
export const stateChanges = (before: Seen | undefined, after: Seen): StateChange[] => {
  const [old, now] = [statesOf(before), statesOf(after)];
  const changed = [...now].filter(([of, { to }]) => old.get(of)?.to !== to);
  const gone = "stopped" in after ? [] : [...old].filter(([of]) => !now.has(of));
  return [
    ...changed.map(([, state]) => ({ ...state, from: old.get(state.of)?.to })),
    ...gone.map(([of, { to }]) => ({
      of,
      from: to,
      to: undefined,
      message: "is no partner any more",
      remedy: undefined,
    })),
  ];
};

const statesOf = (seen: Seen | undefined): Map<string, Omit<StateChange, "from">> => {
  if (seen === undefined) return new Map();
  if ("stopped" in seen)
    return new Map([[NODE, { of: NODE, to: "stopped", message: seen.stopped, remedy: undefined }]]);
  const node = { of: NODE, to: seen.health, message: seen.verdict, remedy: undefined };
  const partners = seen.partners.map(({ origin, state, message, remedy }) => ({
    of: origin,
    to: state,
    message,
    remedy,
  }));
  return new Map([node, ...partners].map((state) => [state.of, state]));
};

const NODE = "node";
