import type { Storage, Store } from "@concordat/storage";
import type { Gate } from "./gate.js";

/** A storage one of whose commits waits for a gate, before it does anything. */
export interface GatedCommits extends Storage {
  /** @param after so many commits go ahead. */
  holdCommit(gate: Gate, after: number): void;
}

export const gatedCommits = (inner: Storage): GatedCommits => {
  let held: { readonly gate: Gate; after: number } | undefined;
  const gated = (store: Store): Store => ({
    supports: store.supports,
    snapshot: () => store.snapshot(),
    getMany: (keys) => store.getMany(keys),
    close: () => store.close(),
    commit: async (batch) => {
      if (held && held.after === 0) {
        const { gate } = held;
        held = undefined;
        await gate.pass();
      } else if (held) held.after -= 1;
      return store.commit(batch);
    },
  });
  return {
    open: () => inner.open(),
    names: () => inner.names(),
    openStore: async (name) => gated(await inner.openStore(name)),
    makeCurrent: (name) => inner.makeCurrent(name),
    drop: (name) => inner.drop(name),
    close: () => inner.close(),
    holdCommit: (gate, after) => {
      held = { gate, after };
    },
  };
};
