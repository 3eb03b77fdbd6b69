/**
 * The depth at which reading goes on once an item at `depth` is finished, and with it every array and map that it
 * completes. `toCome` counts, for each depth from 1 on, the items that the open array or map still lacks.
 */
export const depthAfterItem = (toCome: number[], depth: number): number => {
  let open = depth;
  while (open > 0) {
    const rest = (toCome[open] as number) - 1;
    toCome[open] = rest;
    if (rest > 0) break;
    open -= 1;
  }
  return open;
};
