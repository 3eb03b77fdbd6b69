import { afterEach } from "vitest";
import { TestNode } from "./node.js";

const created: TestNode[] = [];

afterEach(async () => {
  await Promise.all(created.splice(0).map((node) => node.destroy()));
});

/** New nodes, not started, that the end of the test destroys. */
export const createNodes = async (count: number): Promise<TestNode[]> => {
  const nodes = await Promise.all(Array.from({ length: count }, () => TestNode.create()));
  created.push(...nodes);
  return nodes;
};

export const createNode = async (): Promise<TestNode> => (await createNodes(1))[0] as TestNode;

export const createPair = async (): Promise<[TestNode, TestNode]> => (await createNodes(2)) as [TestNode, TestNode];

/** Two running nodes that hold one domain, in sync both ways. */
export const createSyncedPair = async (replication = ""): Promise<[TestNode, TestNode]> => {
  const pair = await createPair();
  const [a, b] = pair;
  for (const node of pair) await node.addReplicationLines(replication);
  await a.addPartner(b);
  await b.addPartner(a, { automaticRefresh: true });
  await a.start();
  await b.start();
  await b.linkIs(a, "in-sync");
  await a.linkIs(b, "in-sync");
  return pair;
};

export const createLine = async (): Promise<[TestNode, TestNode, TestNode]> =>
  (await createNodes(3)) as [TestNode, TestNode, TestNode];
