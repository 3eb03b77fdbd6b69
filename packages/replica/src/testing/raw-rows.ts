import { memoryStorage, type Operation, type Row, type Storage, type Store } from "@concordat/storage";

/** A memory storage that lets a test reach the rows beneath an open replica. */
export interface ExposedStorage extends Storage {
  /** The store that was opened last. */
  readonly store: Store;
}

export const exposedStorage = (): ExposedStorage => {
  const inner = memoryStorage();
  let last: Store | undefined;
  return {
    open: () => inner.open(),
    names: () => inner.names(),
    openStore: async (name) => {
      last = await inner.openStore(name);
      return last;
    },
    makeCurrent: (name) => inner.makeCurrent(name),
    drop: (name) => inner.drop(name),
    close: () => inner.close(),
    get store() {
      if (last === undefined) throw new Error("no store was opened");
      return last;
    },
  };
};

/** The rows of each key space, by its letter (`database/key-space.ts`). */
export type RawRows = Readonly<Record<(typeof LETTERS)[number], readonly Row[]>>;

const LETTERS = ["b", "c", "e", "f", "k", "m", "p", "r", "u", "v", "x", "y"] as const;

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
