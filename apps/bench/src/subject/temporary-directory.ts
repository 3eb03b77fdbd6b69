import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];

process.on("exit", () => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

/** A directory on the disk that goes with the process. `CONCORDAT_BENCH_DIRECTORY` names where, in place of the system's. */
export const temporaryDirectory = (name: string): string => {
  const directory = mkdtempSync(join(process.env.CONCORDAT_BENCH_DIRECTORY ?? tmpdir(), `concordat-bench-${name}-`));
  made.push(directory);
  return directory;
};
