import { expect, it } from "vitest";
import { partnerAnswer, statusAnswer } from "../testing/status-answer.js";
import { BOX, layoutTopology } from "./topology.js";

const withPartners = (count: number) =>
  layoutTopology(
    statusAnswer({ partners: Array.from({ length: count }, (_, index) => partnerAnswer(`repl://node-${index}:8444`)) }),
  );

it.each([0, 1, 2, 7, 40])("lays out %d partners so that no box meets another, all within the picture", (count) => {
  const { nodes, links, width, height } = withPartners(count);
  expect([nodes.length, links.length]).toEqual([count + 1, count]);
  for (const [index, { x, y }] of nodes.entries()) {
    expect(x - BOX.width / 2).toBeGreaterThanOrEqual(0);
    expect(x + BOX.width / 2).toBeLessThanOrEqual(width);
    expect(y - BOX.height / 2).toBeGreaterThanOrEqual(0);
    expect(y + BOX.height / 2).toBeLessThanOrEqual(height);
    for (const other of nodes.slice(index + 1)) {
      expect(Math.abs(x - other.x) >= BOX.width || Math.abs(y - other.y) >= BOX.height).toBe(true);
    }
  }
});

it("lets every link begin at this node's own box, at a place of its own", () => {
  const [self] = withPartners(12).nodes;
  const starts = withPartners(12).links.map(({ path }) => Number(/^M \S+ (\S+)/.exec(path)?.[1]));
  expect(new Set(starts).size).toBe(12);
  for (const y of starts) expect(Math.abs(y - (self?.y ?? 0))).toBeLessThan(BOX.height / 2);
});

it("shows which way changes go, and how each link is", () => {
  const { links, nodes, summary } = layoutTopology(
    statusAnswer({
      health: "degraded",
      partners: [
        partnerAnswer("repl://b:1"),
        partnerAnswer("repl://c:1", { type: "pull", direction: "pull", state: "unreachable", connected: false }),
        partnerAnswer("repl://d:1", { type: "allow-pull", direction: "supply", state: "supply-only" }),
      ],
    }),
  );
  expect(links.map(({ pulls, supplies, tone, connected }) => [pulls, supplies, tone, connected])).toEqual([
    [true, true, "well", true],
    [true, false, "trouble", false],
    [false, true, "well", true],
  ]);
  expect(nodes.map(({ label, tone }) => [label, tone])).toEqual([
    ["repl://a.example:8444", "trouble"],
    ["repl://b:1", "well"],
    ["repl://c:1", "trouble"],
    ["repl://d:1", "well"],
  ]);
  expect(summary).toBe("repl://b:1: in sync; repl://c:1: unreachable; repl://d:1: supply only");
});
