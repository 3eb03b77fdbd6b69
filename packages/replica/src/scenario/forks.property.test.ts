import type { Uuid } from "@concordat/crdt";
import type { Storage } from "@concordat/storage";
import fc from "fast-check";
import { expect, test } from "vitest";
import { goBack, photographDisk } from "../testing/disks.js";
import { closeAll, expectConverged, pullOnce, refreshFrom, type TestNode, topology } from "../testing/test-topology.js";

/** One step of a history on disks of which any may be put back to what it was, as often as it likes. */
type Step =
  | { readonly kind: "create" | "tag" | "retitle"; readonly at: number }
  | { readonly kind: "pull"; readonly at: number; readonly from: number }
  | { readonly kind: "photograph" | "go-back"; readonly at: number };

const NODES = 3;
const node = fc.nat(NODES - 1);
const kinds = <K extends Step["kind"]>(...all: K[]) => fc.record({ kind: fc.constantFrom(...all), at: node });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: kinds("create", "tag", "retitle") },
  { weight: 7, arbitrary: fc.record({ kind: fc.constant("pull" as const), at: node, from: node }) },
  { weight: 2, arbitrary: kinds("photograph", "go-back") },
);

/** A write that somebody was told had been made. */
interface Acknowledged {
  readonly kind: "create" | "tag";
  readonly uuid: Uuid;
  readonly value: number;
}

class History {
  readonly photographs: (Storage | undefined)[] = [];
  acknowledged: Acknowledged[] = [];

  constructor(
    readonly nodes: TestNode[],
    readonly shared: Uuid,
  ) {}

  at(index: number): TestNode {
    return this.nodes[index] as TestNode;
  }
}

const ROUNDS = Number(process.env.CONCORDAT_PROPERTY_RUNS ?? 60);

test("whichever disk goes back in time, whatever anybody still has of an acknowledged write is everywhere in the end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 50, size: "max" }), async (steps) => {
      const nodes = await topology(["a", "b", "c"]);
      const [first] = nodes as [TestNode];
      const history = new History(nodes, await first.replica.create({ title: -1 }));
      for (const consumer of nodes.slice(1)) await pullOnce(consumer, first);
      for (const [value, item] of steps.entries()) await play(history, item, value);
      for (let round = 0; round < 2 * NODES; round += 1) await meetAll(history);
      for (const { name, replica } of nodes) {
        for (const write of history.acknowledged)
          expect(await holds(replica, write), `${name} lacks ${write.kind} ${write.value}`).toBe(true);
      }
      await expectConverged(nodes);
      await closeAll(nodes);
    }),
    { numRuns: ROUNDS },
  );
}, 120_000);

const play = async (history: History, item: Step, value: number): Promise<void> => {
  for (const { clock } of history.nodes) clock.advance(1);
  const { replica } = history.at(item.at);
  switch (item.kind) {
    case "create":
      history.acknowledged.push({ kind: "create", uuid: await replica.create({ title: value }), value });
      return;
    case "tag":
      await replica.modify(history.shared, { tags: { add: [value] } });
      history.acknowledged.push({ kind: "tag", uuid: history.shared, value });
      return;
    case "retitle":
      return replica.modify(history.shared, { title: value });
    case "pull":
      if (item.at !== item.from) await meet(history, item.at, item.from);
      return;
    case "photograph":
      history.photographs[item.at] = await photographDisk(history.at(item.at));
      return;
    case "go-back": {
      const photograph = history.photographs[item.at];
      if (photograph === undefined) return;
      history.nodes[item.at] = await goBack(history.at(item.at), photograph);
      await forgetWhatNobodyHas(history);
    }
  }
};

/** One pull as links make it: where it shows a fork the next one follows, and a node that is to be refreshed is. */
const meet = async (history: History, at: number, from: number): Promise<void> => {
  const [consumer, supplier] = [history.at(at), history.at(from)];
  const outcome = await pullOnce(consumer, supplier);
  if (outcome === "cut" || outcome.kind !== "refresh-required") return;
  await refreshFrom(consumer, supplier, { discardLocalChanges: true });
  // What only the consumer had would have been exported.
  await forgetWhatNobodyHas(history);
};

const meetAll = async (history: History): Promise<void> => {
  for (let at = 0; at < NODES; at += 1) {
    for (let from = 0; from < NODES; from += 1) if (at !== from) await meet(history, at, from);
  }
};

const forgetWhatNobodyHas = async (history: History): Promise<void> => {
  const held = await Promise.all(
    history.acknowledged.map(async (write) =>
      (await Promise.all(history.nodes.map(({ replica }) => holds(replica, write)))).some((has) => has),
    ),
  );
  history.acknowledged = history.acknowledged.filter((_, index) => held[index]);
};

const holds = async (replica: TestNode["replica"], { kind, uuid, value }: Acknowledged): Promise<boolean> => {
  const attributes = (await replica.get(uuid))?.attributes;
  if (kind === "create") return attributes?.title === value;
  return Array.isArray(attributes?.tags) && attributes.tags.includes(value);
};
