import { compareKeys } from "./key-range.js";
import type { KeyRange, Operation } from "./store.js";

/**
 * A persistent B+ tree: an edit makes a new tree that shares every untouched node with the old one, so a snapshot is the
 * root it was taken from. A node made by the edit at hand is changed in place; a batch copies each node it meets once.
 *
 * Deletion drops a node that became empty and does not rebalance the rest: Sen and Tarjan, "Deletion without rebalancing
 * in B-trees" (2009), show that the height stays logarithmic in the number of insertions.
 */
export class OrderedTree {
  static readonly empty = new OrderedTree({ edit: {}, keys: [], values: [] });

  readonly #root: Node;

  private constructor(root: Node) {
    this.#root = root;
  }

  /** The stored bytes themselves, not a copy. */
  get(key: Uint8Array): Uint8Array | undefined {
    return lookUp(this.#root, key);
  }

  /** This tree with `operations` done in their order. Keeps their keys and values: the caller hands them over. */
  with(operations: readonly Operation[]): OrderedTree {
    const edit: Edit = {};
    return new OrderedTree(operations.reduce((root, operation) => applyOperation(root, operation, edit), this.#root));
  }

  /** Shows the stored bytes of `range` to `visit`, in its order, until that answers false. */
  scan(range: KeyRange, visit: Visit): void {
    (range.reverse ? descend : ascend)(this.#root, range.from, range.to, visit);
  }
}

type Visit = (key: Uint8Array, value: Uint8Array) => boolean;

/** Identity of one edit; whoever made a node may change it. */
type Edit = object;

interface Leaf {
  readonly edit: Edit;
  readonly keys: Uint8Array[];
  readonly values: Uint8Array[];
}

/** Child `i` holds keys from `keys[i]` up to `keys[i + 1]`. A put below `keys[0]` lowers it: the keys must stay sorted. */
interface Branch {
  readonly edit: Edit;
  readonly keys: Uint8Array[];
  readonly children: Node[];
}

type Node = Leaf | Branch;

/** Small enough that copying a node per batch is cheap, large enough that a million rows are four levels. */
const NODE_KEYS_MAX = 32;

const isBranch = (node: Node): node is Branch => "children" in node;

/** How many of the sorted `keys` sort before `key`. */
const countBefore = (keys: readonly Uint8Array[], key: Uint8Array): number => {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const candidate = keys[middle];
    if (candidate !== undefined && compareKeys(candidate, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

const holds = (keys: readonly Uint8Array[], at: number, key: Uint8Array): boolean => {
  const found = keys[at];
  return found !== undefined && compareKeys(found, key) === 0;
};

const childFor = (branch: Branch, key: Uint8Array): number => {
  const at = countBefore(branch.keys, key);
  return holds(branch.keys, at, key) ? at : Math.max(at - 1, 0);
};

const lookUp = (node: Node | undefined, key: Uint8Array): Uint8Array | undefined => {
  if (node === undefined) return undefined;
  if (isBranch(node)) return lookUp(node.children[childFor(node, key)], key);
  const at = countBefore(node.keys, key);
  return holds(node.keys, at, key) ? node.values[at] : undefined;
};

const owned = (node: Node, edit: Edit): Node => {
  if (node.edit === edit) return node;
  if (isBranch(node)) return { edit, keys: [...node.keys], children: [...node.children] };
  return { edit, keys: [...node.keys], values: [...node.values] };
};

const applyOperation = (root: Node, { key, value }: Operation, edit: Edit): Node => {
  if (value === undefined) {
    if (lookUp(root, key) === undefined) return root;
    const trimmed = owned(root, edit);
    remove(trimmed, key, edit);
    return withoutSingleBranches(trimmed, edit);
  }
  const left = owned(root, edit);
  const right = put(left, key, value, edit);
  return right === undefined ? left : { edit, keys: [least(left), least(right)], children: [left, right] };
};

const least = (node: Node): Uint8Array => node.keys[0] ?? new Uint8Array(0);

/** Puts into a node of this edit. Answers the new right sibling when the node had to be split. */
const put = (node: Node, key: Uint8Array, value: Uint8Array, edit: Edit): Node | undefined => {
  if (isBranch(node)) return putInBranch(node, key, value, edit);
  const at = countBefore(node.keys, key);
  const replaced = holds(node.keys, at, key) ? 1 : 0;
  node.keys.splice(at, replaced, key);
  node.values.splice(at, replaced, value);
  return split(node, edit);
};

const putInBranch = (branch: Branch, key: Uint8Array, value: Uint8Array, edit: Edit): Node | undefined => {
  const at = childFor(branch, key);
  if (compareKeys(key, least(branch)) < 0) branch.keys[0] = key;
  const child = ownedChild(branch, at, edit);
  const right = child && put(child, key, value, edit);
  if (right === undefined) return undefined;
  branch.keys.splice(at + 1, 0, least(right));
  branch.children.splice(at + 1, 0, right);
  return split(branch, edit);
};

const ownedChild = (branch: Branch, at: number, edit: Edit): Node | undefined => {
  const child = branch.children[at];
  if (child === undefined || child.edit === edit) return child;
  const copy = owned(child, edit);
  branch.children[at] = copy;
  return copy;
};

const split = (node: Node, edit: Edit): Node | undefined => {
  if (node.keys.length <= NODE_KEYS_MAX) return undefined;
  const middle = node.keys.length >>> 1;
  const keys = node.keys.splice(middle);
  if (isBranch(node)) return { edit, keys, children: node.children.splice(middle) };
  return { edit, keys, values: node.values.splice(middle) };
};

/** Removes a key that is there from a node of this edit. */
const remove = (node: Node, key: Uint8Array, edit: Edit): void => {
  if (!isBranch(node)) {
    const at = countBefore(node.keys, key);
    node.keys.splice(at, 1);
    node.values.splice(at, 1);
    return;
  }
  const at = childFor(node, key);
  const child = ownedChild(node, at, edit);
  if (child === undefined) return;
  remove(child, key, edit);
  if (child.keys.length > 0) return;
  node.keys.splice(at, 1);
  node.children.splice(at, 1);
};

const withoutSingleBranches = (root: Node, edit: Edit): Node => {
  if (!isBranch(root) || root.children.length > 1) return root;
  const only = root.children[0];
  return only === undefined ? { edit, keys: [], values: [] } : withoutSingleBranches(only, edit);
};

const ascend = (node: Node, from: Uint8Array, to: Uint8Array | undefined, visit: Visit): boolean => {
  if (isBranch(node)) {
    for (let at = childFor(node, from); at < node.children.length; at++) {
      const child = node.children[at];
      if (child !== undefined && !ascend(child, from, to, visit)) return false;
    }
    return true;
  }
  for (let at = countBefore(node.keys, from); at < node.keys.length; at++) {
    const key = node.keys[at];
    const value = node.values[at];
    if (key === undefined || value === undefined) return false;
    if (to !== undefined && compareKeys(key, to) >= 0) return false;
    if (!visit(key, value)) return false;
  }
  return true;
};

const descend = (node: Node, from: Uint8Array, to: Uint8Array | undefined, visit: Visit): boolean => {
  if (isBranch(node)) {
    for (let at = to === undefined ? node.children.length - 1 : childFor(node, to); at >= 0; at--) {
      const child = node.children[at];
      if (child !== undefined && !descend(child, from, to, visit)) return false;
    }
    return true;
  }
  for (let at = (to === undefined ? node.keys.length : countBefore(node.keys, to)) - 1; at >= 0; at--) {
    const key = node.keys[at];
    const value = node.values[at];
    if (key === undefined || value === undefined) return false;
    if (compareKeys(key, from) < 0) return false;
    if (!visit(key, value)) return false;
  }
  return true;
};
