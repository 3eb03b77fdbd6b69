import type { StatusAnswer } from "../answers/index.js";
import { formatDuration, formatTime } from "./quantity.js";
import { SELF, serverNames, shortName } from "./server-names.js";

/** Who has seen what of whom, as far as this node knows. */
export interface RuvMatrix {
  /** The replicas: this node, and the partners that have told what they have. */
  readonly columns: readonly string[];
  readonly rows: readonly RuvRow[];
}

/** The changes of one server. */
export interface RuvRow {
  readonly server: string;
  /** Its first letters, enough to tell one from the other. */
  readonly shortName: string;
  /** Who that is, where it is known: not of servers that are heard of through others, or are gone. */
  readonly owner: string | undefined;
  /** When the newest was made that any of the columns has. */
  readonly newest: string;
  /** One a column. */
  readonly cells: readonly RuvCell[];
  /** What this node has purged of its deletions. */
  readonly purged: string;
}

export interface RuvCell {
  readonly isWhole: boolean;
  readonly text: string;
}

/** This node's own row first, then whose changes are the newest. Pure. */
export const ruvMatrix = (status: StatusAnswer): RuvMatrix => {
  const { ruv, serverUuid, partners } = status;
  const names = serverNames(status);
  const told = partners.flatMap(({ origin, acknowledged }) => (acknowledged ? [{ name: origin, acknowledged }] : []));
  const own = Object.fromEntries(Object.entries(ruv).map(([server, { seen }]) => [server, seen]));
  const vectors = [own, ...told.map(({ acknowledged }) => acknowledged)];
  const servers = [...new Set(vectors.flatMap((vector) => Object.keys(vector)))];
  const rows = servers.map((server): RuvRow & { readonly newestAt: string } => {
    // Written alike, so that their order is that of their letters.
    const newestAt =
      vectors
        .map((vector) => vector[server] ?? "")
        .toSorted()
        .at(-1) ?? "";
    const purged = ruv[server]?.purged;
    return {
      server,
      shortName: shortName(server),
      owner: names.get(server),
      newestAt,
      newest: formatTime(newestAt),
      cells: vectors.map((vector) => cellOf(vector[server], newestAt)),
      purged: purged === undefined ? "nothing" : `to ${formatTime(purged)}`,
    };
  });
  return {
    columns: [SELF, ...told.map(({ name }) => name)],
    rows: rows.sort(
      (a, b) =>
        Number(b.server === serverUuid) - Number(a.server === serverUuid) ||
        b.newestAt.localeCompare(a.newestAt) ||
        a.server.localeCompare(b.server),
    ),
  };
};

const cellOf = (seen: string | undefined, newestAt: string): RuvCell => {
  if (seen === newestAt) return { isWhole: true, text: "all" };
  if (seen === undefined) return { isWhole: false, text: "nothing" };
  return { isWhole: false, text: `to ${formatDuration(Date.parse(newestAt) - Date.parse(seen))} before` };
};
