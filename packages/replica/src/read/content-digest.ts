import type { Database } from "../database/database.js";
import { hexadecimal } from "../hexadecimal.js";
import type { CreateHash } from "../ports/hash.js";
import type { ContentDigest } from "../replica.js";
import { allStates } from "./entry-reader.js";
import { neutralRecord } from "./neutral-record.js";

/** SHA-256 over every merged state in the order of the uuids. */
export const digestContent = async (database: Database, createHash: CreateHash): Promise<ContentDigest> => {
  const hash = createHash();
  let liveEntries = 0;
  let tombstones = 0;
  const snapshot = await database.store.snapshot();
  try {
    for await (const state of allStates(database, snapshot)) {
      if (state.kind === "live") liveEntries += 1;
      else tombstones += 1;
      hash.update(neutralRecord(state));
    }
  } finally {
    await snapshot.close();
  }
  return { liveEntries, tombstones, sha256: hexadecimal(hash.digest()) };
};
