import { type ServerUuid, UUID_BYTES, uuidFromBytes, writeUuid } from "@concordat/crdt";
import type { Operation, Snapshot } from "@concordat/storage";
import { metaKey } from "./key-space.js";

const KEY = metaKey("unclaimed");

/**
 * The suppliers of whose stream a part is applied here while the vector claims nothing of it. Where the stream never goes on, nobody
 * asks for that part again: this replica has to say that there is news. Model, section 5.
 */
export type UnclaimedStreams = ReadonlySet<ServerUuid>;

export const NO_STREAMS: UnclaimedStreams = new Set();

/** The same set when nothing changes. */
export const withStream = (streams: UnclaimedStreams, supplier: ServerUuid, isUnclaimed: boolean): UnclaimedStreams => {
  if (streams.has(supplier) === isUnclaimed) return streams;
  const others = [...streams].filter((other) => other !== supplier);
  return new Set(isUnclaimed ? [...others, supplier] : others);
};

export const unclaimedOperation = (streams: UnclaimedStreams): Operation => {
  if (streams.size === 0) return { key: KEY, value: undefined };
  const value = new Uint8Array(streams.size * UUID_BYTES);
  [...streams].forEach((supplier, index) => {
    writeUuid(supplier, value, index * UUID_BYTES);
  });
  return { key: KEY, value };
};

export const readUnclaimed = async (snapshot: Snapshot): Promise<UnclaimedStreams> => {
  const [bytes = new Uint8Array()] = await snapshot.getMany([KEY]);
  const count = Math.floor(bytes.length / UUID_BYTES);
  return new Set(Array.from({ length: count }, (_, index) => uuidFromBytes<ServerUuid>(bytes, index * UUID_BYTES)));
};
