import type { SeededRandom } from "../seeded-random.js";
import { drawProbabilities, type FaultKind, type FaultProbabilities, probabilitiesOf } from "./fault-profile.js";
import { drawTopology, type Edge } from "./topology.js";

/** Everything about a run that is settled before it begins. */
export interface Plan {
  readonly seed: number;
  readonly nodes: number;
  readonly edges: readonly Edge[];
  readonly faults: FaultProbabilities;
  /** A node that pulls from nobody, and one that nobody pulls from. */
  readonly supplyOnly: number | undefined;
  readonly pullOnly: number | undefined;
  /** By node: whether it refreshes by itself. */
  readonly automaticRefresh: readonly boolean[];
  readonly changelogMaxAgeMs: number;
  readonly latencyMs: readonly [number, number];
  readonly syncMsMax: number;
  readonly slowReads: number;
  readonly chunkEntriesMax: number;
}

export interface PlanOptions {
  readonly seed: number;
  readonly nodes?: number | undefined;
  readonly faults?: Partial<FaultProbabilities> | "none" | undefined;
}

/** How long deletions are kept: short where they are purged within a run, and as good as for ever elsewhere. */
const SHORT_AGES_MS = [10_000, 30_000, 120_000] as const;
const LONG_AGE_MS = 7 * 24 * 3_600_000;

/** Whether deletions are purged within the run. */
export const isPurging = ({ changelogMaxAgeMs }: Plan): boolean => changelogMaxAgeMs < LONG_AGE_MS;

export const drawPlan = ({ seed, nodes: asked, faults }: PlanOptions, random: SeededRandom): Plan => {
  const nodes = asked ?? drawNodes(random);
  const topology = drawTopology(nodes, random);
  const drawn = drawProbabilities(random);
  const purges = random.chance(0.5);
  return {
    seed,
    nodes,
    ...topology,
    // A supplier that never pulls cannot be mended once others have purged more than it.
    supplyOnly: purges ? undefined : topology.supplyOnly,
    edges: purges ? topology.edges.map((edge) => withBothWays(edge, topology.supplyOnly)) : topology.edges,
    faults: givenOr(drawn, faults),
    automaticRefresh: Array.from({ length: nodes }, () => random.chance(0.5)),
    changelogMaxAgeMs: purges ? random.pick(SHORT_AGES_MS) : LONG_AGE_MS,
    latencyMs: random.pick([
      [0.1, 1],
      [1, 20],
      [5, 80],
    ] as const),
    syncMsMax: random.pick([0.5, 5, 20]),
    slowReads: random.pick([0, 0, 0.05, 0.3]),
    chunkEntriesMax: random.pick([1, 2, 3, 8, 512]),
  };
};

const withBothWays = (edge: Edge, supplyOnly: number | undefined): Edge =>
  edge.from === supplyOnly || edge.to === supplyOnly ? { ...edge, pulls: "both" } : edge;

const givenOr = (drawn: FaultProbabilities, given: PlanOptions["faults"]): FaultProbabilities => {
  if (given === undefined) return drawn;
  const asked = given === "none" ? {} : given;
  return probabilitiesOf((kind: FaultKind) => asked[kind] ?? 0);
};

const drawNodes = (random: SeededRandom): number => {
  const draw = random.fraction();
  if (draw < 0.25) return 2;
  if (draw < 0.6) return 3;
  if (draw < 0.8) return 4;
  if (draw < 0.97) return random.between(5, 8);
  return random.between(9, 50);
};
