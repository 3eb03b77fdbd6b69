import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Entry } from "@concordat/replica";
import { entryToJson } from "../http/entry-json.js";
import { syncDirectory } from "../sync-directory.js";

/**
 * Writes what an automatic refresh or a restore discards to `discarded-<time>.ndjson` in `directory`: one entry a line,
 * as `concordat import` takes it. Once resolved it survives the loss of power.
 */
export const exportDiscarded = async (
  directory: string,
  entries: AsyncIterable<Entry>,
  now: Date,
): Promise<{ readonly path: string; readonly entries: number }> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `discarded-${now.toISOString().replaceAll(":", "-")}.ndjson`);
  const file = await open(path, "wx", 0o600);
  let count = 0;
  try {
    for await (const entry of entries) {
      await file.write(`${JSON.stringify(entryToJson(entry))}\n`);
      count += 1;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await syncDirectory(dirname(path));
  return { path, entries: count };
};
