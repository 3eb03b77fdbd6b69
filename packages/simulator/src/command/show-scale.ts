import type { CommandOptions } from "./options.js";
import { type ScaleFigures, scaleFigures } from "./scale.js";

const SIZES = [2, 5, 10, 20, 50, 100, 200, 500, 1_000];

/** Prints a line a size, as it is known. Answers the exit code. */
export const showScale = async ({ seed = 1, nodes, json }: CommandOptions): Promise<number> => {
  const sizes = nodes === undefined ? SIZES : [nodes];
  if (!json)
    say("| nodes | links | equal after, ms | rounds | bytes per node | run, s |", "|---:|---:|---:|---:|---:|---:|");
  for await (const figures of scaleFigures(sizes, seed)) say(json ? JSON.stringify(figures) : rowOf(figures));
  return 0;
};

const rowOf = ({ nodes, links, equalAfterMs, rounds, bytesPerNode, elapsedMs }: ScaleFigures): string =>
  `| ${[nodes, links, equalAfterMs, rounds, bytesPerNode, (elapsedMs / 1_000).toFixed(1)].join(" | ")} |`;

const say = (...lines: readonly string[]): void => {
  for (const line of lines) process.stdout.write(`${line}\n`);
};
