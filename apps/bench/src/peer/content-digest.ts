import { createHash } from "node:crypto";
import type { PeerEntry } from "./peer.js";

/** Equal exactly where the entries are, in whatever order they and their attributes come. */
export const contentDigest = (entries: Iterable<PeerEntry>): string => {
  const lines = Array.from(entries, ([id, attributes]) =>
    JSON.stringify([id, Object.entries(attributes).sort(byName)]),
  );
  const hash = createHash("sha256");
  for (const line of lines.sort()) hash.update(`${line}\n`);
  return hash.digest("hex");
};

const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : 1;
