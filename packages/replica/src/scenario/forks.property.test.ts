import type { ServerUuid, Uuid } from "@concordat/crdt";
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

interface Photograph {
  readonly disk: Storage;
  readonly server: ServerUuid;
}

/** A disk that went back, when somebody had seen more of it. */
interface Fork {
  readonly server: ServerUuid;
  readonly sinceMicros: number;
  /** The lineages that others have of what it has lost. */
  readonly lost: ReadonlySet<bigint>;
}

class History {
  readonly photographs: Photograph[] = [];
  readonly forks: Fork[] = [];
  acknowledged: Acknowledged[] = [];

  constructor(
    readonly nodes: TestNode[],
    readonly shared: Uuid,
  ) {}

  at(index: number): TestNode {
    return this.nodes[index] as TestNode;
  }

  /** What the node at `index`, on the disk that it had before, has lost with it, if anybody knows. */
  noteFork(index: number): void {
    const { replica } = this.at(index);
    const server = replica.serverUuid;
    const sinceMicros = replica.ruv().get(server)?.seen ?? 0;
    const lost = new Set<bigint>();
    for (const node of this.nodes) {
      const lineage = node.replica.ruv().get(server)?.lineage;
      if (lineage && lineage.at > sinceMicros) lost.add(lineage.hash);
    }
    if (lost.size > 0) this.forks.push({ server, sinceMicros, lost });
  }

  get #openForks(): Fork[] {
    return this.forks.filter(({ server }) => this.nodes.some(({ replica }) => replica.serverUuid === server));
  }

  /** One at a time, and each server once: what a disk forgets of its own healing nobody else knows. */
  mayGoBackTo({ server }: Photograph): boolean {
    return this.#openForks.length === 0 && !this.forks.some((fork) => fork.server === server);
  }

  /** Whether `node` went back and has met nobody who knew: refreshed now, it has no history any more that would show it (section 6). */
  isNotFoundOut({ replica }: TestNode): boolean {
    return this.#openForks.some(({ server }) => server === replica.serverUuid);
  }

  /**
   * Whether a pull would be one of those that the model makes no promise about (section 6, what this cannot do): the two
   * know different histories of a server that has not been found out yet, and neither is that server; or that server
   * would be found out by who pulls from it, and has, in these tests, no way to ask back where the histories parted.
   */
  isBeyondPromise(consumer: TestNode, supplier: TestNode): boolean {
    return this.#openForks.some((fork) => {
      const [theirs, ours] = [historyOf(consumer, fork), historyOf(supplier, fork)];
      if (consumer.replica.serverUuid === fork.server) return false;
      if (supplier.replica.serverUuid === fork.server) return theirs === "lost";
      return theirs !== ours && theirs !== "both" && ours !== "both";
    });
  }
}

/** Which history of the server that went back `node` has heard of, beyond what both have. */
const historyOf = ({ replica }: TestNode, { server, sinceMicros, lost }: Fork): "both" | "lost" | "written-again" => {
  const lineage = replica.ruv().get(server)?.lineage;
  if (lineage === undefined || lineage.at <= sinceMicros) return "both";
  return lost.has(lineage.hash) ? "lost" : "written-again";
};

/** A founder that goes back has nothing in common with its witness but its own history. */
const NOTHING_ELSE_IN_COMMON: Step[] = [
  { kind: "create", at: 2 },
  { kind: "pull", at: 0, from: 2 },
  { kind: "go-back", at: 2 },
  { kind: "pull", at: 2, from: 0 },
  { kind: "create", at: 0 },
  { kind: "create", at: 1 },
  { kind: "pull", at: 1, from: 0 },
  { kind: "pull", at: 2, from: 1 },
  { kind: "go-back", at: 1 },
  { kind: "create", at: 0 },
  { kind: "pull", at: 1, from: 2 },
  { kind: "go-back", at: 0 },
  { kind: "create", at: 0 },
  { kind: "create", at: 1 },
];

/** Who went back is told to be refreshed for a history that another node withdrew. */
const REFRESHED_BEFORE_IT_IS_FOUND_OUT: Step[] = [
  { kind: "retitle", at: 1 },
  { kind: "pull", at: 0, from: 1 },
  { kind: "photograph", at: 1 },
  { kind: "create", at: 1 },
  { kind: "photograph", at: 0 },
  { kind: "pull", at: 0, from: 1 },
  { kind: "retitle", at: 0 },
  { kind: "go-back", at: 1 },
  { kind: "pull", at: 1, from: 0 },
  { kind: "create", at: 0 },
  { kind: "pull", at: 2, from: 0 },
  { kind: "go-back", at: 0 },
  { kind: "create", at: 0 },
];

const ROUNDS = Number(process.env.CONCORDAT_PROPERTY_RUNS ?? 200);

test("whichever disk goes back in time, whatever anybody still has of an acknowledged write is everywhere in the end", async () => {
  let stuck = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 50, size: "max" }), async (steps) => {
      const nodes = await topology(["a", "b", "c"]);
      const [first] = nodes as [TestNode];
      const history = new History(nodes, await first.replica.create({ title: -1 }));
      for (const consumer of nodes.slice(1)) await pullOnce(consumer, first);
      for (const each of nodes) history.photographs.push(await photographOf(each));
      for (const [value, item] of steps.entries()) await play(history, item, value);
      let isStuck = false;
      for (let round = 0; round < 2 * NODES; round += 1) isStuck = await meetAll(history);
      if (isStuck) {
        stuck += 1;
        return closeAll(nodes);
      }
      for (const { name, replica } of nodes) {
        const held = await holdings(replica);
        expect(
          history.acknowledged.map(nameOf).filter((write) => !held.has(write)),
          `${name} lacks`,
        ).toEqual([]);
      }
      await expectConverged(nodes);
      await closeAll(nodes);
    }),
    { numRuns: ROUNDS, examples: [[NOTHING_ELSE_IN_COMMON], [REFRESHED_BEFORE_IT_IS_FOUND_OUT]] },
  );
  // Once in some thousands.
  expect(stuck).toBeLessThan(3);
});

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
      history.photographs[item.at] = await photographOf(history.at(item.at));
      return;
    case "go-back": {
      const photograph = history.photographs[item.at];
      if (photograph === undefined || !history.mayGoBackTo(photograph)) return;
      history.nodes[item.at] = await goBack(history.at(item.at), photograph.disk);
      history.noteFork(item.at);
      await forgetWhatNobodyHas(history);
    }
  }
};

const photographOf = async (node: TestNode): Promise<Photograph> => ({
  server: node.replica.serverUuid,
  disk: await photographDisk(node),
});

/**
 * One pull as links make it: where it shows a fork the next one follows, and a node that is to be refreshed is.
 *
 * @returns whether the two cannot go on here: the consumer is to be refreshed, and has to meet somebody else before; or the supplier, which
 * pulls from its consumer before it says so, would ask back where the histories parted.
 */
const meet = async (history: History, at: number, from: number): Promise<boolean> => {
  const [consumer, supplier] = [history.at(at), history.at(from)];
  if (history.isBeyondPromise(consumer, supplier)) return false;
  const outcome = await pullOnce(consumer, supplier);
  if (outcome === "cut" || outcome.kind !== "refresh-required") return false;
  if (history.isNotFoundOut(consumer) || history.isBeyondPromise(supplier, consumer)) return true;
  await pullOnce(supplier, consumer);
  await refreshFrom(consumer, supplier, { discardLocalChanges: true });
  return false;
};

/** @returns whether some two cannot go on here. */
const meetAll = async (history: History): Promise<boolean> => {
  let isStuck = false;
  for (let at = 0; at < NODES; at += 1) {
    for (let from = 0; from < NODES; from += 1) if (at !== from && (await meet(history, at, from))) isStuck = true;
  }
  return isStuck;
};

const forgetWhatNobodyHas = async (history: History): Promise<void> => {
  const held = await Promise.all(history.nodes.map(({ replica }) => holdings(replica)));
  history.acknowledged = history.acknowledged.filter((write) => held.some((of) => of.has(nameOf(write))));
};

/** What `replica` has of all that was written: an entry that lost its uuid in the healing is listed, and so not lost. */
const holdings = async (replica: TestNode["replica"]): Promise<Set<string>> => {
  const held = new Set<string>();
  for await (const { uuid, conflictOf, attributes } of replica.entries()) {
    const { title, tags } = attributes;
    if (typeof title === "number") held.add(nameOf({ kind: "create", uuid: conflictOf ?? uuid, value: title }));
    for (const tag of Array.isArray(tags) ? tags : [])
      held.add(nameOf({ kind: "tag", uuid: conflictOf ?? uuid, value: tag }));
  }
  return held;
};

const nameOf = ({ kind, uuid, value }: Acknowledged): string => `${kind} ${value} of ${uuid}`;
