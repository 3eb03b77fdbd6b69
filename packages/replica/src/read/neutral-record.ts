import { type EntryState, type ServerUuid, UUID_BYTES, writeUuid } from "@concordat/crdt";
import { encodeEntry } from "@concordat/protocol";

/**
 * The bytes that two replicas have alike of one state. Server indexes are each replica's own, so that the record has the servers that
 * it names, in the order of their first mention, and they follow it. Protocol, section 8.
 */
export const neutralRecord = (state: EntryState): Uint8Array => {
  const indexes = new Map<ServerUuid, number>();
  const record = encodeEntry(state, (server) => {
    const index = indexes.get(server) ?? indexes.size;
    indexes.set(server, index);
    return index;
  });
  const bytes = new Uint8Array(record.length + indexes.size * UUID_BYTES);
  bytes.set(record);
  let at = record.length;
  for (const server of indexes.keys()) {
    writeUuid(server, bytes, at);
    at += UUID_BYTES;
  }
  return bytes;
};
