import { memoryStorage, type Storage } from "@concordat/storage";
import { openReplica } from "../index.js";
import { seededRandom } from "./seeded-random.js";
import { restart, type TestNode } from "./test-topology.js";

let seeds = 1_000_000;

/** A copy of everything on the disk of `node`, which is stopped for it. */
export const photographDisk = async (node: TestNode): Promise<Storage> => {
  await node.replica.close();
  const photograph = await copyOf(node.options.storage);
  await restart(node);
  return photograph;
};

/** Stops `node`, puts the disk back to what it was, and starts it again: it cannot know. */
export const goBack = async (node: TestNode, photograph: Storage): Promise<TestNode> => {
  await node.replica.close();
  return startOn(photograph, node);
};

/** A second machine with a copy of the disk. */
export const cloneOf = (photograph: Storage, original: TestNode, name: string): Promise<TestNode> =>
  startOn(photograph, { ...original, name });

const startOn = async (photograph: Storage, { name, clock, options }: TestNode): Promise<TestNode> => {
  seeds += 1;
  const whole = { ...options, storage: await copyOf(photograph), random: seededRandom(seeds) };
  return { name, clock, options: whole, replica: await openReplica(whole) };
};

const copyOf = async (source: Storage): Promise<Storage> => {
  const target = memoryStorage();
  const current = await source.open();
  await target.open();
  for (const name of await source.names()) {
    const [from, to] = [await source.openStore(name), await target.openStore(name)];
    const snapshot = await from.snapshot();
    const { rows } = await snapshot.scan({ from: new Uint8Array(0) }, { rowsMax: 1_000_000, bytesMax: 1 << 28 });
    await snapshot.close();
    await to.commit({ operations: rows });
    await Promise.all([from.close(), to.close()]);
  }
  if (current !== undefined) await target.makeCurrent(current);
  await Promise.all([source.close(), target.close()]);
  return target;
};
