import type { ByteWriter } from "./byte-writer.js";
import type { WireRuvRow } from "./message.js";

/** `[server, seen, purged, [lineage at, lineage hash]]`. */
export const writeRuvRow = (writer: ByteWriter, { server, seen, purged, lineage }: WireRuvRow): void => {
  writer.array(4);
  writer.uuid(server);
  writer.count(seen);
  writer.count(purged);
  writer.array(2);
  writer.count(lineage.at);
  writer.binary64(lineage.hash);
};
