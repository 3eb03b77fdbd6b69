import { assertKeyLength } from "./key-length.js";
import type { OrderedTree } from "./ordered-tree.js";
import { PageBuilder } from "./page-builder.js";
import { StorageError } from "./storage-error.js";
import type { KeyRange, Page, PageLimits, Snapshot } from "./store.js";

/** The embedded store's limit, so that what fits in a tree fits on disk. */
export const TREE_KEY_BYTES_MAX = 1978;

/** A tree as it is, which no commit changes. */
export class TreeSnapshot implements Snapshot {
  #tree: OrderedTree | undefined;

  constructor(
    tree: OrderedTree,
    /** Throws once the store of the snapshot is closed. */
    private readonly assertStoreOpen: () => void,
  ) {
    this.#tree = tree;
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return valuesIn(this.#openTree(), keys);
  }

  async scan(range: KeyRange, limits: PageLimits): Promise<Page> {
    const page = new PageBuilder(limits);
    this.#openTree().scan(range, (key, value) => {
      const taken = page.takes(key.length + value.length);
      if (taken) page.add(key.slice(), value.slice());
      return taken;
    });
    return page.page();
  }

  async close(): Promise<void> {
    this.#tree = undefined;
  }

  #openTree(): OrderedTree {
    this.assertStoreOpen();
    if (this.#tree === undefined) throw new StorageError("store_closed", "the snapshot is closed: take another");
    return this.#tree;
  }
}

/** Copies of the values of `keys`. Throws `key_length`. */
export const valuesIn = (tree: OrderedTree, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] =>
  keys.map((key) => {
    assertKeyLength(key, TREE_KEY_BYTES_MAX);
    return tree.get(key)?.slice();
  });
