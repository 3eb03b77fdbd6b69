import { afterAll, afterEach, beforeEach } from "vitest";
import { TestNode } from "./node.js";

const ofFile: TestNode[] = [];
const ofTest: TestNode[] = [];
let created = ofFile;

const destroy = async (nodes: TestNode[]): Promise<void> => {
  await Promise.all(nodes.splice(0).map((node) => node.destroy()));
};

beforeEach(() => {
  created = ofTest;
});

afterEach(async ({ task }) => {
  created = ofFile;
  if (task.result?.state === "fail") for (const node of [...ofTest, ...ofFile]) tellLastWords(node);
  await destroy(ofTest);
});

/** Beside the failure, which seldom says why a daemon did what it did. */
const tellLastWords = ({ origin, lastWords }: TestNode): void => {
  if (lastWords !== undefined) process.stderr.write(`the daemon of ${origin}: ${lastWords}\n`);
};

afterAll(() => destroy(ofFile));

/** New nodes, not started. The end of the test destroys them; of the file, when `beforeAll` creates them for all its tests. */
export const createNodes = async (count: number): Promise<TestNode[]> => {
  const nodes = await Promise.all(Array.from({ length: count }, () => TestNode.create()));
  created.push(...nodes);
  return nodes;
};

export const createNode = async (): Promise<TestNode> => (await createNodes(1))[0] as TestNode;

export const createPair = async (): Promise<[TestNode, TestNode]> => (await createNodes(2)) as [TestNode, TestNode];

/** Two running nodes that hold one domain, in sync both ways, with `replication` and `settings` in their files. */
export const createSyncedPair = async (replication = "", settings = ""): Promise<[TestNode, TestNode]> => {
  const pair = await createPair();
  const [a, b] = pair;
  for (const node of pair) {
    await node.addReplicationLines(replication);
    await node.editConfig((text) => `${text}\n${settings}`);
  }
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
