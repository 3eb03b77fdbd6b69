import type { ChangeId } from "./change-id.js";
import type { Seen } from "./ruv.js";
import type { ServerUuid } from "./uuid.js";

/**
 * What the writer of a change knew of the place that it wrote to: per server, the time in microseconds of the newest
 * change of it. The writer's own server is left out: whoever writes knows all that it wrote before. Model, section 2;
 * the dotted version vectors of Preguiça, Baquero, Almeida and others (2010).
 */
export type CausalContext = ReadonlyMap<ServerUuid, number>;

export const NO_CONTEXT: CausalContext = new Map();

/** A change, and what its writer knew. */
export interface CausalChange {
  readonly changeId: ChangeId;
  readonly context: CausalContext;
}

/** Up to when the writer of `change` knew the changes of each server, its own change included. */
export const knownTo =
  ({ changeId, context }: CausalChange): Seen =>
  (server) =>
    server === changeId.server ? changeId.ts : (context.get(server) ?? 0);

/** Whether the writer of `later` knew of `earlier`, which it then overwrote. Every change knows itself. */
export const isKnownTo = (later: CausalChange, earlier: ChangeId): boolean =>
  earlier.ts <=
  (earlier.server === later.changeId.server ? later.changeId.ts : (later.context.get(earlier.server) ?? 0));

/** The context of a change that `writer` makes over `known`. */
export const contextOver = (known: Iterable<CausalChange>, writer: ServerUuid): CausalContext => {
  let context: Map<ServerUuid, number> | undefined;
  const note = (server: ServerUuid, ts: number): void => {
    if (server === writer || ts <= (context?.get(server) ?? 0)) return;
    context ??= new Map();
    context.set(server, ts);
  };
  for (const change of known) {
    note(change.changeId.server, change.changeId.ts);
    for (const [server, ts] of change.context) note(server, ts);
  }
  return context ?? NO_CONTEXT;
};

export const sameContext = (left: CausalContext, right: CausalContext): boolean => {
  if (left.size !== right.size) return false;
  for (const [server, ts] of left) if (right.get(server) !== ts) return false;
  return true;
};
