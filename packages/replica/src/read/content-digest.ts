import type { EntryState, ServerUuid } from "@concordat/crdt";
import { uuidToBytes } from "@concordat/crdt";
import { encodeEntry } from "@concordat/protocol";
import type { Database } from "../database/database.js";
import type { CreateHash } from "../ports/hash.js";
import type { ContentDigest } from "../replica.js";
import { allStates } from "./entry-reader.js";

/**
 * SHA-256 over every merged state in the order of the uuids. Server indexes are each replica's own, so an entry is
 * hashed with the servers that it names, in the order of their first use.
 */
export const digestContent = async (database: Database, createHash: CreateHash): Promise<ContentDigest> => {
  const hash = createHash();
  let liveEntries = 0;
  let tombstones = 0;
  const snapshot = await database.store.snapshot();
  try {
    for await (const state of allStates(database, snapshot)) {
      if (state.kind === "live") liveEntries += 1;
      else tombstones += 1;
      addState((bytes) => hash.update(bytes), state);
    }
  } finally {
    await snapshot.close();
  }
  const sha256 = [...hash.digest()].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { liveEntries, tombstones, sha256 };
};

const addState = (update: (bytes: Uint8Array) => void, state: EntryState): void => {
  const indexes = new Map<ServerUuid, number>();
  const record = encodeEntry(state, (server) => {
    const index = indexes.get(server) ?? indexes.size;
    indexes.set(server, index);
    return index;
  });
  update(record);
  for (const server of indexes.keys()) update(uuidToBytes(server));
};
