import { seenIn } from "@concordat/crdt";
import { AbortScope } from "../abort-scope.js";
import type { CommitSignal } from "../commit-signal.js";
import type { Database } from "../database/database.js";
import type { Clock } from "../ports/clock.js";
import type { WaitOptions, WaitOutcome } from "../replica.js";
import { ReplicaError } from "../replica-error.js";
import { decodeToken, missingRows } from "./ruv-token.js";

export interface WaitContext {
  readonly clock: Clock;
  readonly commits: CommitSignal;
  /** The database of this moment: a refresh replaces it. */
  readonly database: () => Database;
  /** Aborts when the replica closes. */
  readonly closing: AbortSignal;
}

const TIMEOUT_DEFAULT_MS = 10_000;

/** Resolves as soon as everything that `token` speaks of is here. Looks again at each commit. */
export const waitForToken = async (
  { clock, commits, database, closing }: WaitContext,
  token: string,
  { timeoutMs = TIMEOUT_DEFAULT_MS, signal }: WaitOptions,
): Promise<WaitOutcome> => {
  const rows = decodeToken(token);
  const missing = () => missingRows(rows, seenIn(database().state.ruv));
  const waiting = new AbortScope([signal, closing]);
  if (missing().length > 0) void clock.sleep(timeoutMs, waiting.signal).then(() => waiting.abort());
  try {
    while (missing().length > 0 && !waiting.signal.aborted) await commits.next(waiting.signal);
  } finally {
    waiting.abort();
    waiting.release();
  }
  const left = missing();
  if (left.length === 0) return { kind: "seen" };
  if (closing.aborted) throw new ReplicaError("closed", "the replica was closed while it waited for a write");
  return { kind: "timeout", missing: left };
};
