import type { StatusAnswer } from "../answers/index.js";
import { type Tone, toneOfState } from "./tone.js";

export interface TopologyNode {
  readonly id: string;
  readonly label: string;
  readonly isSelf: boolean;
  readonly tone: Tone;
  /** The centre of its box. */
  readonly x: number;
  readonly y: number;
}

/** A link, from this node's right side to the partner's left one. */
export interface TopologyLink {
  readonly id: string;
  readonly path: string;
  readonly tone: Tone;
  readonly connected: boolean;
  /** Changes come from there. */
  readonly pulls: boolean;
  /** Changes go there. */
  readonly supplies: boolean;
}

export interface Topology {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly TopologyNode[];
  readonly links: readonly TopologyLink[];
  /** The whole of it in a sentence, for who cannot see it. */
  readonly summary: string;
}

export const TOPOLOGY_WIDTH = 640;
export const BOX = { width: 216, height: 44 } as const;
const ROW_HEIGHT = 64;

/** This node to the left, its partners in a column to the right: labels never meet, however many there are. Pure. */
export const layoutTopology = ({ origin, health, partners }: StatusAnswer): Topology => {
  const height = Math.max(1, partners.length) * ROW_HEIGHT;
  const self: TopologyNode = {
    id: "self",
    label: origin ?? "this node",
    isSelf: true,
    tone: health === "ok" ? "well" : "trouble",
    x: BOX.width / 2 + 2,
    y: height / 2,
  };
  const others = partners.map(({ origin: label, state }, row): TopologyNode => {
    const x = TOPOLOGY_WIDTH - BOX.width / 2 - 2;
    return { id: label, label, isSelf: false, tone: toneOfState(state), x, y: (row + 0.5) * ROW_HEIGHT };
  });
  const links = partners.map(({ origin: id, direction, state, connected }, row): TopologyLink => {
    const to = others[row] ?? self;
    return {
      id,
      path: curve({ x: self.x, y: self.y + spread(row, partners.length) }, to),
      tone: toneOfState(state),
      connected,
      pulls: direction !== "supply",
      supplies: direction !== "pull",
    };
  });
  const summary = partners.map(({ origin: label, state }) => `${label}: ${state.replaceAll("-", " ")}`).join("; ");
  return { width: TOPOLOGY_WIDTH, height, nodes: [self, ...others], links, summary };
};

/** Where a link leaves this node: its arrow must not hide the next one's. */
const spread = (row: number, count: number): number => {
  const stepMax = (BOX.height - 2 * ARROW) / Math.max(1, count - 1);
  return (row - (count - 1) / 2) * Math.min(ARROW * 1.5, stepMax);
};

const ARROW = 8;

interface Point {
  readonly x: number;
  readonly y: number;
}

const curve = (from: Point, to: Point): string => {
  const [left, right] = [from.x + BOX.width / 2 + ARROW, to.x - BOX.width / 2 - ARROW];
  const middle = (left + right) / 2;
  return `M ${left} ${from.y} C ${middle} ${from.y}, ${middle} ${to.y}, ${right} ${to.y}`;
};
