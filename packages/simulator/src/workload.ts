import type { Uuid } from "@concordat/crdt";
import { type AttributeChanges, type Replica, ReplicaError, type Schema, type Transaction } from "@concordat/replica";
import type { RecordedWriter } from "./model/recording-replica.js";
import type { SeededRandom } from "./seeded-random.js";

/** What a workload may use for one of its transactions. */
export interface WorkloadContext {
  /** Write with this: what goes through it is held against the independent model. */
  readonly writer: RecordedWriter;
  /** To read. What is written with it is replicated and compared, and not modelled. */
  readonly replica: Replica;
  /** The only source of chance: two runs of one seed must do the same. */
  readonly random: SeededRandom;
  readonly node: number;
  /** A number that no other call gets. */
  readonly turn: number;
}

/** Writes once at one node. A `ReplicaError` means that there was nothing to do; anything else is a violation. */
export type Workload = (context: WorkloadContext) => Promise<void>;

/** Every merge kind, and every constraint. */
export const DEFAULT_SCHEMA: Schema = {
  title: { merge: "register" },
  tags: { merge: "set", index: true },
  settings: { merge: "map" },
  hits: { merge: "counter" },
  name: { unique: true },
  owner: { reference: true },
  mixed: { merge: "register" },
};

/** What one node changes to first: another kind for one attribute, and other constraints. */
export const NEXT_SCHEMA: Schema = {
  ...DEFAULT_SCHEMA,
  mixed: { merge: "set" },
  name: { unique: true, index: true },
  title: { merge: "register", unique: true },
};

const ENTRIES = 8;
const uuidOf = (index: number): Uuid => `00000000-0000-4000-8000-0000000000${(index + 16).toString(16)}` as Uuid;

/** Creates, changes and deletes a few entries over and over, so that writes meet. */
export const defaultWorkload: Workload = async ({ writer, random, turn }) => {
  await writer.transact(async (transaction) => {
    for (let left = random.chance(0.7) ? 1 : random.between(2, 4); left > 0; left -= 1)
      await writeOnce(transaction, random, turn);
  });
};

const writeOnce = async (transaction: Transaction, random: SeededRandom, turn: number): Promise<void> => {
  if (random.chance(0.06)) {
    await transaction.create({ title: `t${turn}`, born: turn });
    return;
  }
  const uuid = uuidOf(random.below(ENTRIES));
  const found = await transaction.lookup(uuid);
  if (found.kind === "absent") {
    await transaction.create({ title: `t${turn}`, born: turn }, { uuid });
  } else if (found.kind === "tombstone") {
    await transaction.create({ title: `t${turn}`, tags: ["new"], born: turn });
  } else if (random.chance(0.1)) {
    await transaction.delete(uuid);
  } else {
    await transaction.modify(uuid, drawChanges(random, turn));
  }
};

const drawChanges = (random: SeededRandom, turn: number): AttributeChanges => {
  const key = `k${random.below(3)}`;
  switch (random.below(13)) {
    case 0:
      return { title: undefined };
    case 1:
    case 2:
      return { tags: { add: [`t${random.below(4)}`] } };
    case 3:
      return { tags: { remove: [`t${random.below(4)}`] } };
    case 4:
      return { settings: { set: { [key]: turn } } };
    case 5:
      return { settings: { remove: [key] } };
    case 6:
      return { hits: { increment: random.between(-3, 9) } };
    case 7:
      return { name: `n${random.below(3)}` };
    case 8:
      return { owner: uuidOf(random.below(ENTRIES)) };
    case 9:
      return { mixed: random.chance(0.5) ? [`m${random.below(3)}`] : undefined };
    case 10:
      return { tags: [`t${random.below(4)}`, `t${random.below(4)}`], settings: { [key]: turn } };
    default:
      return { title: `t${turn}` };
  }
};

/** What a workload may run into without anything being wrong. */
export const isNothingToDo = (error: unknown): boolean =>
  error instanceof ReplicaError && error.code !== "database_corrupt";
