import { REPLICA_LIMITS } from "../replica-limits.js";
import type { Lag } from "../replica-status.js";
import { secondsSince } from "./seconds-since.js";

/** What a link knows of what it has pulled, and of what it has not; times in microseconds since the Unix epoch. */
export interface PullKnowledge {
  /** The oldest change that the partner is known to have and this node lacks. */
  readonly missingSinceMicros: number | undefined;
  /** When this node had everything last. */
  readonly wholeAtMicros: number | undefined;
  /** Of the pull that is under way, as far as it is known. */
  readonly entriesLeft: number | undefined;
  /** Whether the partner would tell of changes at once. */
  readonly isListening: boolean;
  readonly nowMicros: number;
}

/** How far this node is behind the partner that it pulls from; `undefined` while nothing is known. Pure. */
export const pullLag = (known: PullKnowledge): Lag | undefined => {
  const { missingSinceMicros, wholeAtMicros, entriesLeft, isListening, nowMicros } = known;
  if (wholeAtMicros === undefined && missingSinceMicros === undefined) return undefined;
  const seconds = missingSinceMicros === undefined ? 0 : secondsSince(missingSinceMicros, nowMicros);
  const wholeUntilMicros = wholeAtMicros && (isListening ? heardUntilMicros(wholeAtMicros, nowMicros) : wholeAtMicros);
  const secondsMax = wholeUntilMicros && Math.max(seconds, secondsSince(wholeUntilMicros, nowMicros));
  const changes = entriesLeft ?? (missingSinceMicros === undefined && isListening ? 0 : undefined);
  return { seconds, secondsMax, changes };
};

/** Silence of who would speak up means that there is nothing, as long as it gives a sign of life when it is due. */
const heardUntilMicros = (wholeAtMicros: number, nowMicros: number): number =>
  Math.min(nowMicros, wholeAtMicros + REPLICA_LIMITS.subscribeHeartbeatMs * 1_000);
