import type { StatusAnswer } from "../answers/index.js";
import { formatTime } from "./quantity.js";

/** What this node has seen, and purged, of one server. */
export interface RuvRow {
  readonly server: string;
  /** Its first letters, enough to tell one from the other. */
  readonly shortName: string;
  /** Who that is, where it is known: not of servers that are heard of through others, or are gone. */
  readonly owner: string | undefined;
  readonly seen: string;
  readonly purged: string;
}

/** This node's own row first, then whose changes are the newest. Pure. */
export const ruvRows = ({ ruv, serverUuid, partners }: StatusAnswer): RuvRow[] => {
  const owners = new Map(partners.flatMap(({ peer, origin }) => (peer ? [[peer.serverUuid, origin]] : [])));
  owners.set(serverUuid, "this node");
  return Object.entries(ruv)
    .sort(([a, { seen: seenOfA }], [b, { seen: seenOfB }]) => {
      const bySelf = Number(b === serverUuid) - Number(a === serverUuid);
      return bySelf || seenOfB.localeCompare(seenOfA) || a.localeCompare(b);
    })
    .map(([server, { seen, purged }]) => ({
      server,
      shortName: server.slice(0, 8),
      owner: owners.get(server),
      seen: formatTime(seen),
      purged: purged === undefined ? "nothing" : `to ${formatTime(purged)}`,
    }));
};
