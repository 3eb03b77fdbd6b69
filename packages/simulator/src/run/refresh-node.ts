import type { SimulatedNode } from "../node/simulated-node.js";
import { isOfDisk, type World } from "./world.js";

/**
 * What an operator does who was asked: replaces the content of `node` by that of its partner `from`, and discards what only it
 * has. Answers whether it was done; what keeps it from being done is told.
 */
export const refreshNode = async (world: World, node: SimulatedNode, from: string): Promise<boolean> => {
  const { process } = node;
  const replica = node.replica;
  if (process === undefined || replica === undefined || replica.status().refresh !== undefined) return false;
  const refreshing = { from };
  process.operatorRefresh = refreshing;
  try {
    const { kind } = await replica.refresh({ from, discardLocalChanges: true });
    if (kind === "refreshed") node.refreshedAtMs = world.time.nowMs;
    return kind === "refreshed";
  } catch (error) {
    if (!isOfDisk(error)) world.say(`the refresh of node ${node.index} failed: ${String(error)}`);
    return false;
  } finally {
    // Once the observer has seen what became of it.
    world.time.after(0, () => {
      if (process.operatorRefresh === refreshing) process.operatorRefresh = undefined;
    });
  }
};
