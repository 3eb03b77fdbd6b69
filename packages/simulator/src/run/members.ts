import type { Entry, Replica } from "@concordat/replica";
import type { SimulatedNode } from "../node/simulated-node.js";
import { Violation } from "../violation.js";
import type { World } from "./world.js";

/** Those whose content must become everybody's. */
export const members = (world: World): readonly SimulatedNode[] =>
  world.nodes.filter(({ index }) => index !== world.plan.supplyOnly);

export const replicaOf = ({ replica, index }: SimulatedNode): Replica => {
  if (replica === undefined) throw new Violation("crash-recovery", `node ${index} does not run at the end`);
  return replica;
};

export const entriesOf = async (replica: Replica): Promise<Entry[]> => {
  const entries: Entry[] = [];
  for await (const entry of replica.entries()) entries.push(entry);
  return entries;
};

/** The uuid under which an entry was created. */
export const rootUuid = ({ uuid, conflictOf }: Entry): string => conflictOf ?? uuid;

/** The entries that any of the members shows. */
export const heldByAnybody = async (world: World): Promise<ReadonlySet<string>> => {
  const held = new Set<string>();
  if (!world.history.hasForks) return held;
  for (const node of members(world)) {
    const entries = await world.until(entriesOf(replicaOf(node)), `the entries of node ${node.index}`);
    for (const entry of entries) held.add(rootUuid(entry));
  }
  return held;
};
