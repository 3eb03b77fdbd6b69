import { expect, test } from "vitest";
import type { ScaleFigures } from "./scale.js";
import { scalePlot } from "./scale-plot.js";

const figuresOf = (nodes: number, rounds: number, bytesPerNode: number): ScaleFigures => ({
  nodes,
  rounds,
  bytesPerNode,
  links: nodes,
  changes: 10,
  equalAfterMs: 5,
  elapsedMs: 1,
});

test("every size is a point in both panels, more is higher, and nothing is outside", () => {
  const plot = scalePlot([figuresOf(2, 1, 2_833), figuresOf(50, 2, 10_486), figuresOf(1_000, 3, 10_137)]);
  const points = [...plot.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
  expect(points).toHaveLength(6);
  const [rounds, bytes] = [points.slice(0, 3), points.slice(3)].map((panel) => panel.map(([, y]) => y));
  expect(rounds).toEqual([...(rounds ?? [])].sort((left, right) => right - left));
  expect(bytes?.[1]).toBeLessThan(bytes?.[2] ?? 0);
  for (const [x, y] of points) {
    expect(x).toBeGreaterThan(76);
    expect(x).toBeLessThan(720);
    expect(y).toBeLessThan(440);
  }
  expect(plot).toContain(">1,000<");
  expect(plot).not.toContain("NaN");
});

test("one size alone is drawn as well", () => {
  expect(scalePlot([figuresOf(2, 0, 0)])).not.toContain("NaN");
});
