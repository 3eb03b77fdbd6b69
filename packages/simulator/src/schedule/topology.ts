import type { SeededRandom } from "../seeded-random.js";

/** Two partners; `from` pulls from `to`, `to` from `from`, or both. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly pulls: "both" | "from" | "to";
}

export interface Topology {
  readonly edges: readonly Edge[];
  readonly supplyOnly: number | undefined;
  readonly pullOnly: number | undefined;
}

type Shape = "mesh" | "ring" | "line" | "star" | "tree";

/** Changes can get from every node to every other, save to one that only supplies and from one that is only supplied. */
export const drawTopology = (nodes: number, random: SeededRandom): Topology => {
  const shape: Shape = random.pick(
    nodes > 8 ? (["ring", "tree"] as const) : (["mesh", "mesh", "ring", "line", "star"] as const),
  );
  const supplyOnly = nodes > 2 && random.chance(0.12) ? 0 : undefined;
  const pullOnly = nodes > 2 && random.chance(0.12) ? nodes - 1 : undefined;
  const members = Array.from({ length: nodes }, (_, index) => index).filter(
    (at) => at !== supplyOnly && at !== pullOnly,
  );
  const edges = pairsOf(shape, members.length, random).map(([left, right]): Edge => {
    return { from: members[left] as number, to: members[right] as number, pulls: "both" };
  });
  const chords = nodes > 4 && shape !== "mesh" ? random.between(0, Math.floor(nodes / 3)) : 0;
  for (let chord = 0; chord < chords; chord += 1) {
    const [from, to] = [random.pick(members), random.pick(members)];
    const isNew = from !== to && !edges.some((edge) => isBetween(edge, from, to));
    if (isNew) edges.push({ from, to, pulls: random.pick(["both", "from"] as const) });
  }
  for (const only of [supplyOnly, pullOnly]) {
    if (only === undefined) continue;
    const count = random.between(1, Math.min(2, members.length));
    const pulls = only === supplyOnly ? ("from" as const) : ("to" as const);
    for (const member of members.slice(0, count)) edges.push({ from: member, to: only, pulls });
  }
  return { edges, supplyOnly, pullOnly };
};

export const isBetween = ({ from, to }: Edge, left: number, right: number): boolean =>
  (from === left && to === right) || (from === right && to === left);

const pairsOf = (shape: Shape, count: number, random: SeededRandom): (readonly [number, number])[] => {
  const pairs: (readonly [number, number])[] = [];
  for (let at = 1; at < count; at += 1) {
    if (shape === "star") pairs.push([0, at]);
    else if (shape === "tree") pairs.push([random.between(Math.max(0, Math.floor(at / 3)), at - 1), at]);
    else pairs.push([at - 1, at]);
  }
  if (shape === "ring" && count > 2) pairs.push([count - 1, 0]);
  if (shape !== "mesh") return pairs;
  for (let left = 0; left < count; left += 1) {
    for (let right = left + 2; right < count; right += 1) pairs.push([left, right]);
  }
  return pairs;
};
