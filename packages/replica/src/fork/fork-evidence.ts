import type { RuvRow, ServerUuid } from "@concordat/crdt";
import type { Database } from "../database/database.js";
import { ownHistoryOf } from "../database/own-history.js";

/** How it shows that this replica's history is one of two under one server uuid. Model, section 6. */
export interface ForkEvidence {
  /**
   * `other-history`: the partner has changes of this server that are none of this database's commits. `same-server`: the partner
   * says hello with this very server uuid.
   */
  readonly kind: "other-history" | "same-server";
  /** Whose history there is twice: this replica, by the uuid that it had. */
  readonly server: ServerUuid;
  /** Who has shown it. */
  readonly partner: ServerUuid;
  /** Up to when each has changes of `server`, in microseconds. */
  readonly oursMicros: number;
  readonly theirsMicros: number;
  /** The histories parted before this time, in microseconds, whatever the partner may have taken over since. */
  readonly partedBeforeMicros: number;
}

/**
 * What the vector of `partner` says about this replica's own history. Where it agrees, that is remembered: should the history
 * ever turn out to be one of two, they are one up to there.
 */
export const forkEvidence = async (
  database: Database,
  partner: ServerUuid,
  row: RuvRow | undefined,
): Promise<ForkEvidence | undefined> => {
  const server = database.serverUuid;
  const oursMicros = database.state.ruv.get(server)?.seen ?? 0;
  if (partner === server) {
    const theirsMicros = row?.seen ?? 0;
    return {
      kind: "same-server",
      server,
      partner,
      oursMicros,
      theirsMicros,
      partedBeforeMicros: Number.MAX_SAFE_INTEGER,
    };
  }
  if (row === undefined || row.seen === 0) return undefined;
  const answer = await ownHistoryOf(database, row);
  if (answer === "here") database.noteAgreed(partner, row.lineage.at);
  if (answer !== "elsewhere") return undefined;
  const partedBeforeMicros = row.seen > oursMicros ? oursMicros + 1 : row.lineage.at;
  return { kind: "other-history", server, partner, oursMicros, theirsMicros: row.seen, partedBeforeMicros };
};

/**
 * What it says of this replica's history that `partner` has a change of this very server at `micros`: later than every commit that
 * is known here, it is of another history, or nobody's. Between two commits, in the writer's turn.
 */
export const evidenceOfChange = (
  { serverUuid: server, state }: Database,
  partner: ServerUuid,
  micros: number,
): ForkEvidence | undefined => {
  const oursMicros = state.ruv.get(server)?.seen ?? 0;
  if (micros <= oursMicros) return undefined;
  const partedBeforeMicros = oursMicros + 1;
  return { kind: "other-history", server, partner, oursMicros, theirsMicros: micros, partedBeforeMicros };
};
