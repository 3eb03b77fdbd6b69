import { writeFileSync } from "node:fs";
import type { CommandOptions } from "./options.js";
import { type ScaleFigures, scaleFigures } from "./scale.js";
import { scalePlot } from "./scale-plot.js";

const SIZES = [2, 5, 10, 20, 50, 100, 200, 500, 1_000];

/** Prints a line a size, as it is known, and draws all of them. Answers the exit code. */
export const showScale = async ({ seed = 1, nodes, json, plot }: CommandOptions): Promise<number> => {
  const sizes = nodes === undefined ? SIZES : [nodes];
  if (!json)
    say("| nodes | links | equal after, ms | rounds | bytes per node | run, s |", "|---:|---:|---:|---:|---:|---:|");
  const all: ScaleFigures[] = [];
  for await (const figures of scaleFigures(sizes, seed)) {
    all.push(figures);
    say(json ? JSON.stringify(figures) : rowOf(figures));
  }
  if (plot !== undefined) writeFileSync(plot, scalePlot(all));
  return 0;
};

const rowOf = ({ nodes, links, equalAfterMs, rounds, bytesPerNode, elapsedMs }: ScaleFigures): string =>
  `| ${[nodes, links, equalAfterMs, rounds, bytesPerNode, (elapsedMs / 1_000).toFixed(1)].join(" | ")} |`;

const say = (...lines: readonly string[]): void => {
  for (const line of lines) process.stdout.write(`${line}\n`);
};
