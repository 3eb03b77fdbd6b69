import { changesOf, type DescribedRecord } from "./described-record.js";
import { array, binaryOf, integer, NIL } from "./message-pack.js";
import { rowAt } from "./own-record.js";
import type { Trial } from "./trial.js";

/** What becomes of the entries that the runner has made. */
export interface CleanUp {
  /** Deleted now, or by a requirement before. */
  readonly deleted: number;
  /** Still live, as far as the runner could see. */
  readonly left: number;
}

/** Deletes what is live of the entries that the runner has made, and looks whether it is. Never rejects. */
export const cleanUp = async (trial: Trial): Promise<CleanUp> => {
  const { runner, consumer } = trial;
  if (runner.made.size === 0) return { deleted: 0, left: 0 };
  const ours = async (): Promise<DescribedRecord[]> => {
    trial.forget();
    const { records } = await trial.refreshed();
    return [...records.values()].filter(({ deletion }) => deletion === null);
  };
  try {
    const live = await ours();
    // Later than all that it deletes, which may have been taken from the future.
    const newest = Math.max(0, ...live.flatMap((record) => [...changesOf(record)].map(timeOf)));
    const ts = Math.max(runner.nextMicros(), newest + 1);
    const servers = [...new Set([runner.server, ...live.flatMap((record) => [...changesOf(record)].map(serverOf))])];
    await consumer.pulls({
      servers,
      records: live.map((record) => tombstoneOf(record, ts, servers)),
      claims: new Map([[runner.server, rowAt(ts, runner.randomBytes)]]),
    });
    const left = await ours();
    return { deleted: runner.made.size - left.length, left: left.length };
  } catch {
    return { deleted: 0, left: runner.made.size };
  }
};

const serverOf = (change: string): string => change.slice(0, change.indexOf("@"));
const timeOf = (change: string): number => Number(change.slice(change.indexOf("@") + 1));

/** A deletion by the runner, the first of `servers`, which knows all that the entry holds. */
const tombstoneOf = (record: DescribedRecord, ts: number, servers: readonly string[]): Uint8Array => {
  const changeOf = (server: string, at: number): Uint8Array => array(integer(servers.indexOf(server)), integer(at));
  const known = new Map<string, number>();
  for (const change of changesOf(record)) {
    const server = serverOf(change);
    if (server !== servers[0]) known.set(server, Math.max(timeOf(change), known.get(server) ?? 0));
  }
  const context = [...known].sort(([left], [right]) => (left < right ? -1 : 1));
  const own = changeOf(servers[0] as string, ts);
  const deletion =
    known.size === 0 ? own : array(own, NIL, array(...context.map(([server, at]) => changeOf(server, at))));
  const created = changeOf(serverOf(record.created), timeOf(record.created));
  const conflictOf = record.conflictOf === null ? NIL : binaryOf(record.conflictOf);
  return array(binaryOf(record.uuid), created, conflictOf, deletion);
};
