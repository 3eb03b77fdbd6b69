import type { SimulatedNode } from "../node/simulated-node.js";
import { Violation } from "../violation.js";
import { refreshNode } from "./refresh-node.js";
import type { World } from "./world.js";

/** Makes one domain of all nodes: the first founds it, each other is refreshed from a partner that is in it already. */
export const boot = async (world: World): Promise<void> => {
  await startNode(world, world.node(0));
  const joined = new Set([0]);
  while (joined.size < world.nodes.length) {
    const next = nextToJoin(world, joined);
    if (next === undefined) throw new Violation("stuck", "the topology is not connected");
    const [node, from] = next;
    await join(world, node, from);
    joined.add(node.index);
  }
  for (const edge of world.edges) world.link(edge);
  for (const node of world.nodes) node.setPartners();
  await world.settle();
};

const nextToJoin = (world: World, joined: ReadonlySet<number>): readonly [SimulatedNode, SimulatedNode] | undefined => {
  for (const { from, to, pulls } of world.edges) {
    if (pulls !== "to" && joined.has(to) && !joined.has(from)) return [world.node(from), world.node(to)];
    if (pulls !== "from" && joined.has(from) && !joined.has(to)) return [world.node(to), world.node(from)];
  }
  return undefined;
};

const startNode = async (world: World, node: SimulatedNode): Promise<void> => {
  node.start();
  await world.settle();
  while (node.replica === undefined) if (!(await world.step())) throw new Violation("stuck", "a node does not start");
};

const join = async (world: World, node: SimulatedNode, from: SimulatedNode): Promise<void> => {
  await startNode(world, node);
  world.link({ from: node.index, to: from.index, pulls: "from" });
  from.partners.delete(node.index);
  node.setPartners();
  const isDone = await world.until(refreshNode(world, node, from.origin), `the first refresh of node ${node.index}`);
  if (!isDone) throw new Violation("stuck", `node ${node.index} was not refreshed`);
};
