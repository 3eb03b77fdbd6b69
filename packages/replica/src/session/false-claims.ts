import { conflictUuid, type DomainUuid, type EntryState, type ServerUuid } from "@concordat/crdt";
import { type Begin, ProtocolError, type WireRuvRow } from "@concordat/protocol";

/** What a stream has to be that somebody asked for. */
export interface ExpectedStream {
  readonly kind: Begin["kind"];
  readonly domainUuid: DomainUuid;
  /** The servers that the database names already. */
  readonly known: readonly ServerUuid[];
  /** As many as a vector may have on the wire: with more, this node could not pull from anybody. */
  readonly serversMax: number;
}

/**
 * Refuses a stream that is not the one which was asked for, or whose vector cannot be anybody's. Pure. Protocol, 7.4.
 *
 * @throws ProtocolError `false_claim`.
 */
export const refuseFalseBegin = (begin: Begin, { kind, domainUuid, known, serversMax }: ExpectedStream): void => {
  if (begin.kind !== kind)
    throw falseClaim(`was asked for a stream of the kind ${kind} and began one of ${begin.kind}`);
  if (begin.domainUuid !== domainUuid)
    throw falseClaim(`was asked about domain ${domainUuid} and streams domain ${begin.domainUuid}`);
  for (const row of begin.rows) refuseFalseRow(row);
  const named = new Set([...known, ...begin.servers, ...begin.rows.map(({ server }) => server)]);
  if (named.size <= serversMax || named.size === known.length) return;
  throw falseClaim(
    `names so many servers that this node would know of ${named.size}, when no vector may have more than ${serversMax}`,
  );
};

/** Nobody purges what it does not claim, nor knows a later commit of a server than the last it has seen. Model, sections 4 and 5. */
const refuseFalseRow = ({ server, seen, purged, lineage }: WireRuvRow): void => {
  if (purged > seen)
    throw falseClaim(
      `claims to have purged changes of server ${server} up to ${purged}, and to have seen them up to ${seen}`,
    );
  if (lineage.at > seen)
    throw falseClaim(`names a commit of server ${server} at ${lineage.at}, and has seen its changes up to ${seen}`);
};

/**
 * Refuses a conflict entry under any uuid but the one that follows from what it lost: every node derives that one. Pure. Model,
 * section 3.
 *
 * @throws ProtocolError `false_claim`.
 */
export const refuseFalsePlace = ({ uuid, conflictOf, createdAt }: EntryState): void => {
  if (conflictOf === undefined || conflictUuid(conflictOf, createdAt) === uuid) return;
  throw falseClaim(`sent entry ${uuid} as one that lost the uuid ${conflictOf}, which would live under another`);
};

const falseClaim = (what: string): ProtocolError =>
  new ProtocolError("false_claim", `the partner ${what}: that cannot be true`, { blame: "peer" });
