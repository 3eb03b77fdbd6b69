import type { Storage, Store } from "@concordat/storage";
import type { Gate } from "./gate.js";

/** A storage whose next read takes its value at once, and gives it when the gate opens. */
export interface GatedReads extends Storage {
  holdNextRead(gate: Gate): void;
}

export const gatedReads = (inner: Storage): GatedReads => {
  let next: Gate | undefined;
  const gated = (store: Store): Store => ({
    supports: store.supports,
    snapshot: () => store.snapshot(),
    commit: (batch) => store.commit(batch),
    close: () => store.close(),
    getMany: async (keys) => {
      const gate = next;
      next = undefined;
      const values = await store.getMany(keys);
      await gate?.pass();
      return values;
    },
  });
  return {
    open: () => inner.open(),
    names: () => inner.names(),
    openStore: async (name) => gated(await inner.openStore(name)),
    makeCurrent: (name) => inner.makeCurrent(name),
    drop: (name) => inner.drop(name),
    close: () => inner.close(),
    holdNextRead: (gate) => {
      next = gate;
    },
  };
};
