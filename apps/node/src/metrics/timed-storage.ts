import type { Storage, Store } from "@concordat/storage";

/** Is told of each commit that a store was asked for: how long it took until it was durable, or had failed with `error`. */
export type ObserveCommit = (seconds: number, error?: unknown) => void;

/** `storage`, with every commit timed. */
export const timedStorage = (storage: Storage, observe: ObserveCommit): Storage => ({
  open: () => storage.open(),
  names: () => storage.names(),
  openStore: async (name) => timedStore(await storage.openStore(name), observe),
  makeCurrent: (name) => storage.makeCurrent(name),
  drop: (name) => storage.drop(name),
  close: () => storage.close(),
});

const timedStore = (store: Store, observe: ObserveCommit): Store => ({
  supports: store.supports,
  getMany: (keys) => store.getMany(keys),
  snapshot: () => store.snapshot(),
  close: () => store.close(),
  commit: async (batch) => {
    const startedAtMs = performance.now();
    const seconds = (): number => (performance.now() - startedAtMs) / 1_000;
    try {
      await store.commit(batch);
    } catch (error) {
      observe(seconds(), error);
      throw error;
    }
    observe(seconds());
  },
});
