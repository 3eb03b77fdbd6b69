import { crdt } from "./crdt.mjs";
import { replica } from "./replica.mjs";

/** What the simulator must find within so many seeds (`SEEDS`). The form is explained in `scripts/mutants.mjs`. */
export const SEEDS = 60;

const SRC = "packages/replica/src";

const others = [...crdt, ...replica].flatMap(({ mutants }) => mutants);

/** A mutant that a property of its own package kills as well. */
const known = (name) => {
  const mutant = others.find((other) => other.name === name);
  if (mutant === undefined) throw new Error(`no other list has the mutant "${name}"`);
  return mutant;
};

const suite = "packages/simulator/src/seeds.property.test.ts";
const env = { CONCORDAT_SIMULATION_SEEDS: String(SEEDS) };

export const simulator = [
  {
    suite,
    env,
    property: "whatever is deleted and purged while nodes are cut off, nobody comes back from the dead",
    mutants: [known("a deletion is purged as soon as it is made")],
  },
  {
    suite,
    env,
    property: "a node that goes back in time where nobody sees it, and writes on, loses nothing that anybody has",
    mutants: [known("only who is ahead shows a fork: lineages are not looked at")],
  },
  {
    suite,
    env,
    property: "who only passes on, and goes back in time unseen by who pulls from it, sends all of it again",
    mutants: [known("a cursor holds whatever commit it names")],
  },
  {
    suite,
    env,
    property: "what was written as one merge kind stays beside what was written as another",
    mutants: [known("an attribute that comes as another kind replaces what there is")],
  },
  {
    suite,
    env,
    property: "what a node tells a part of before it is lost comes to everybody, though nobody writes any more",
    mutants: [
      {
        name: "what a stream that ended early has left is told to nobody",
        file: `${SRC}/session/announce-unclaimed.ts`,
        find: "if (database.unclaimed.size === 0) return;",
        replace: "if (database.unclaimed.size >= 0) return;",
      },
    ],
  },
  {
    suite,
    env,
    property: "whatever happens to a topology, every promise is kept",
    mutants: [
      known("the vector is claimed with the first chunk"),
      known("a claim takes the supplier's vector as it is, also where this replica has seen more"),
      known("a stream begins one place beyond the cursor"),
      known("what is applied does not move the clock"),
      known("what is merged keeps its old place in the feed"),
      known("what comes takes the place of what is here"),
      known("a deleted entry is dropped, not kept as a tombstone"),
      known("a purge does not say up to when it has purged"),
      known("a consumer that lags is supplied all the same"),
      known("of two creations of one uuid, the one that was here first holds it"),
      known("who came first to a replica keeps a unique value there"),
      known("a claim that was given up stays in the index"),
      known("a reference to what is deleted is shown"),
      known("of two writes the first wins"),
      known("totals of a counter are added up when they meet"),
      {
        name: "a cursor moves without its data: only the last chunks of a pull are applied",
        file: `${SRC}/session/pull.ts`,
        find: "await applyStates(batch, states);",
        replace: "await applyStates(batch, isEnd ? states : []);",
      },
      {
        name: "a write is acknowledged before it is durable",
        file: `${SRC}/write/writer.ts`,
        find: "    try {\n      await batch.commit(commitName);",
        replace: "    for (const finish of done) finish();\n    try {\n      await batch.commit(commitName);",
      },
      {
        name: "a change id follows the clock alone, whatever was issued or seen before",
        file: `${SRC}/write/writer.ts`,
        find: "nextTimestamp(clock.wallMicros(), batch.builder.clockMicros)",
        replace: "nextTimestamp(clock.wallMicros(), 0)",
      },
      {
        name: "a restored replica goes on under the server uuid that it had",
        file: `${SRC}/fork/healing.ts`,
        find: "const to = randomUuid<ServerUuid>(random.bytes(16));",
        replace: "const to = witness ? randomUuid<ServerUuid>(random.bytes(16)) : from;",
      },
      {
        name: "a supplier sends without waiting for room",
        file: `${SRC}/session/supplier.ts`,
        find: "      await sending;\n      sending = ",
        replace: "      sending = ",
      },
    ],
  },
];
