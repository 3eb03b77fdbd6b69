/**
 * The candidate that `typed` was most likely meant to be, or `undefined` when none is near: at most a third of its
 * letters inserted, left out, replaced or swapped with their neighbour (Damerau-Levenshtein), case aside.
 */
export const nearestKey = (typed: string, candidates: readonly string[]): string | undefined => {
  const plain = typed.toLowerCase().replaceAll("-", "_");
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(plain, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
};

/** Optimal string alignment distance; three rows of the table at a time. */
const editDistance = (from: string, to: string): number => {
  // Far apart in length is far apart: spares the table for a key of a thousand letters.
  if (Math.abs(from.length - to.length) > to.length) return to.length + 1;
  let beforePrevious: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const best = Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(isSwap ? Math.min(best, (beforePrevious[column - 2] ?? best) + 1) : best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
};
