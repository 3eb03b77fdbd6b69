import { type EntryLimits, ProtocolError, type WireRuvRow } from "@concordat/protocol";

/** What two clocks showed when their nodes said hello, in microseconds since the Unix epoch. */
export interface MetClocks {
  readonly oursMicros: number;
  readonly theirsMicros: number;
}

/**
 * Refuses a stream whose vector names a change later than this node accepts: were it claimed, everybody who pulls from
 * this node would have to refuse it too. Model, section 1.
 *
 * @param partnerMicros what the partner's clock showed when it said hello, to be told with the rest.
 * @throws ProtocolError `clock_skew`.
 */
export const refuseFutureRows = (
  rows: readonly WireRuvRow[],
  { changeMicrosMax }: EntryLimits,
  partnerMicros?: number,
): void => {
  if (changeMicrosMax === undefined) return;
  const ahead = rows.find(({ seen }) => seen > changeMicrosMax);
  if (ahead === undefined) return;
  const clock = partnerMicros === undefined ? "" : `, whose clock showed ${partnerMicros} µs,`;
  throw new ProtocolError(
    "clock_skew",
    `the partner${clock} has changes of server ${ahead.server} stamped ${ahead.seen} µs, when the latest that this node's clock allows is ${changeMicrosMax} µs`,
    { blame: "peer", retryable: true },
  );
};
