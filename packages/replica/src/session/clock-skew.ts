import { type EntryLimits, ProtocolError, type WireRuvRow } from "@concordat/protocol";

/**
 * Refuses a stream whose vector names a change later than this node accepts: were it claimed, everybody who pulls from
 * this node would have to refuse it too. Model, section 1.
 *
 * @throws ProtocolError `clock_skew`.
 */
export const refuseFutureRows = (rows: readonly WireRuvRow[], { changeMicrosMax }: EntryLimits): void => {
  if (changeMicrosMax === undefined) return;
  const ahead = rows.find(({ seen }) => seen > changeMicrosMax);
  if (ahead === undefined) return;
  throw new ProtocolError(
    "clock_skew",
    `the partner has changes of server ${ahead.server} stamped ${ahead.seen} µs, when the latest that is accepted is ${changeMicrosMax} µs`,
    { blame: "peer", retryable: true },
  );
};
