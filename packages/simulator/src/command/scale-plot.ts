import type { ScaleFigures } from "./scale.js";

const WIDTH = 720;
const PANEL_HEIGHT = 220;
const MARGIN = { left: 76, right: 24, top: 40, bottom: 36 } as const;

interface Panel {
  readonly title: string;
  readonly of: (figures: ScaleFigures) => number;
}

const PANELS: readonly Panel[] = [
  { title: "rounds until all are equal", of: ({ rounds }) => rounds },
  { title: "bytes received per node", of: ({ bytesPerNode }) => bytesPerNode },
];

/** What topologies of each size took, as an SVG: a panel each for rounds and bytes, over the number of nodes on a logarithmic axis. */
export const scalePlot = (figures: readonly ScaleFigures[]): string => {
  const height = PANELS.length * PANEL_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    "<title>Rounds until all are equal, and bytes per node, by number of nodes</title>",
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...PANELS.flatMap((panel, index) => panelLines(panel, figures, index * PANEL_HEIGHT)),
    "</svg>",
    "",
  ].join("\n");
};

const panelLines = ({ title, of }: Panel, figures: readonly ScaleFigures[], topPx: number): readonly string[] => {
  const most = ceiling(Math.max(...figures.map(of)));
  const [bottom, top] = [topPx + PANEL_HEIGHT - MARGIN.bottom, topPx + MARGIN.top];
  const x = xOf(figures.map(({ nodes }) => nodes));
  const y = (value: number): number => bottom - (value / most) * (bottom - top);
  const points = figures.map((each) => `${px(x(each.nodes))},${px(y(of(each)))}`);
  const ticks = most < 4 ? Array.from({ length: most + 1 }, (_, tick) => tick) : [0, most / 2, most];
  return [
    text(MARGIN.left, top - 16, `${title}, by number of nodes`, "start", ' font-weight="bold"'),
    ...ticks.flatMap((tick) => [
      `<path d="M${MARGIN.left} ${px(y(tick))}H${WIDTH - MARGIN.right}" stroke="#ddd"/>`,
      text(MARGIN.left - 8, y(tick) + 4, tick.toLocaleString("en"), "end"),
    ]),
    ...figures.map(({ nodes }) => text(x(nodes), bottom + 18, nodes.toLocaleString("en"), "middle")),
    `<polyline points="${points.join(" ")}" fill="none" stroke="#1f6feb" stroke-width="2"/>`,
    ...points.map((point) => `<circle cx="${point.replace(",", '" cy="')}" r="3.5" fill="#1f6feb"/>`),
  ];
};

const xOf = (nodes: readonly number[]): ((count: number) => number) => {
  const [least, most] = [Math.log(Math.min(...nodes)), Math.log(Math.max(...nodes))];
  const [from, to] = [MARGIN.left + 24, WIDTH - MARGIN.right - 24];
  return (count) =>
    most === least ? (from + to) / 2 : from + ((Math.log(count) - least) / (most - least)) * (to - from);
};

/** The next number up that reads well on an axis; 1 at least. */
const ceiling = (value: number): number => {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))));
  return [1, 2, 3, 4, 5, 6, 8, 10].map((times) => times * unit).find((mark) => mark >= value) ?? value;
};

const px = (value: number): string => value.toFixed(1);

const text = (x: number, y: number, said: string, anchor: "start" | "middle" | "end", more = ""): string =>
  `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" fill="#333"${more}>${said}</text>`;
