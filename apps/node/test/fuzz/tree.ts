import type { Random } from "./random.js";

/** A piece of a format that nests: bytes that are what they are, or a container with a tag whose length follows from its parts. */
export type Tree = { readonly bytes: Uint8Array } | { readonly tag: number; readonly parts: readonly Tree[] };

/** What a format does with its trees. */
export interface TreeFormat {
  readonly parse: (bytes: Uint8Array) => Tree;
  readonly encode: (tree: Tree) => Uint8Array;
  /** Pieces that no honest writer puts there. */
  readonly hostile: readonly Uint8Array[];
}

/** `tree` with one piece of it left out, doubled, moved, or in the place of another; lengths and counts follow. */
export const mutatedTree = (
  tree: Tree,
  random: Random,
  donors: readonly Tree[],
  hostile: readonly Uint8Array[],
): Tree => {
  const target = random.below(sizeOf(tree));
  return replacedAt(tree, target, (piece) => {
    switch (random.below(5)) {
      case 0:
        return [];
      case 1:
        return [piece, piece];
      case 2:
        return [{ bytes: random.pick(hostile) }];
      case 3:
        return "parts" in piece ? [{ ...piece, parts: shuffled(piece.parts, random) }] : [pieceOf(tree, random)];
      default:
        return [pieceOf(random.pick(donors), random)];
    }
  });
};

const sizeOf = (tree: Tree): number => ("parts" in tree ? tree.parts.reduce((sum, part) => sum + sizeOf(part), 1) : 1);

const pieceOf = (tree: Tree, random: Random): Tree => {
  let found = tree;
  let left = random.below(sizeOf(tree));
  const walk = (piece: Tree): void => {
    if (left === 0) found = piece;
    left -= 1;
    if ("parts" in piece) piece.parts.forEach(walk);
  };
  walk(tree);
  return found;
};

const replacedAt = (tree: Tree, target: number, change: (piece: Tree) => readonly Tree[]): Tree => {
  let left = target;
  const walk = (piece: Tree): readonly Tree[] => {
    const isIt = left === 0;
    left -= 1;
    if (isIt) return change(piece);
    return "parts" in piece ? [{ ...piece, parts: piece.parts.flatMap(walk) }] : [piece];
  };
  return walk(tree)[0] ?? { bytes: new Uint8Array(0) };
};

const shuffled = <T>(items: readonly T[], random: Random): T[] => {
  const copy = [...items];
  for (let index = copy.length - 1; index > 0; index -= 1) {
    const other = random.below(index + 1);
    [copy[index], copy[other]] = [copy[other] as T, copy[index] as T];
  }
  return copy;
};
