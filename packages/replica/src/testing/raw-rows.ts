import { memoryStorage, type Operation, type Row, type Storage, type Store } from "@concordat/storage";

/** A memory storage that lets a test reach the rows beneath an open replica. */
export interface ExposedStorage extends Storage {
  /** The store of the current database. */
  readonly store: Store;
}

export const exposedStorage = (): ExposedStorage => {
  const inner = memoryStorage();
  const opened = new Map<string, Store>();
  let current: string | undefined;
  return {
    open: async () => {
      current = await inner.open();
      return current;
    },
    names: () => inner.names(),
    openStore: async (name) => {
      const store = await inner.openStore(name);
      opened.set(name, store);
      return store;
    },
    makeCurrent: async (name) => {
      await inner.makeCurrent(name);
      current = name;
    },
    drop: (name) => inner.drop(name),
    close: () => inner.close(),
    get store() {
      const store = opened.get(current ?? "");
      if (store === undefined) throw new Error("no store was opened");
      return store;
    },
  };
};

/** The rows of each key space, by its letter (`database/key-space.ts`). */
export type RawRows = Readonly<Record<(typeof LETTERS)[number], readonly Row[]>>;

const LETTERS = ["b", "c", "e", "f", "i", "j", "k", "m", "p", "r", "u", "v", "x", "y"] as const;

export const rawRows = async (store: Store): Promise<RawRows> => {
  const snapshot = await store.snapshot();
  const { rows } = await snapshot.scan({ from: new Uint8Array(0) }, { rowsMax: 100_000, bytesMax: 1 << 26 });
  await snapshot.close();
  const of = (letter: string): Row[] => rows.filter(({ key }) => key[0] === letter.charCodeAt(0));
  return Object.fromEntries(LETTERS.map((letter) => [letter, of(letter)])) as unknown as RawRows;
};

export const pick = (rows: readonly Row[], index = 0): Row => {
  const row = rows.at(index);
  if (row === undefined) throw new Error(`there is no row ${index}`);
  return row;
};

export const removed = ({ key }: Row): Operation => ({ key, value: undefined });

export const changed = ({ key, value }: Row, change: (value: Uint8Array) => void): Operation => {
  const copy = value.slice();
  change(copy);
  return { key, value: copy };
};
