import type { Ruv } from "@concordat/crdt";
import type { Entry } from "@concordat/replica";
import { whyNotShown } from "./expected-content.js";
import { type Creation, type CreationHistory, type History, nameOfCreation, type RecordedChange } from "./history.js";

/** What a replica shows at one moment, with what it claims at that moment. */
export interface ShownContent {
  readonly entries: readonly Entry[];
  readonly ruv: Ruv;
}

/** Whether a replica with that vector says that it has `change`. */
export const claims = (ruv: Ruv, { server, ts }: Pick<RecordedChange, "server" | "ts">): boolean =>
  (ruv.get(server)?.seen ?? 0) >= ts;

/**
 * What is wrong with the content of a replica that claims what `ruv` says, by the history alone: everything that it claims
 * is shown or was overtaken, nothing deleted is live, and nothing is shown that nobody wrote. Invariants 2, 3 and 4.
 */
export const contentProblems = ({ entries, ruv }: ShownContent, history: History): string[] => {
  const problems: string[] = [];
  const isCertain = (change: RecordedChange): boolean => !change.mayBeMissing && claims(ruv, change);
  const live = new Map<string, Entry>();
  for (const entry of entries) {
    const name = nameOfCreation({ uuid: entry.conflictOf ?? entry.uuid, ...entry.createdAt });
    if (live.has(name)) problems.push(`two live entries are creation ${name}`);
    live.set(name, entry);
    // What a forked server created may have been announced anew by another.
    if (!history.creations.has(name) && !history.hasForks)
      problems.push(`entry ${entry.uuid} is live, and nobody created ${name}`);
  }
  for (const [name, of] of history.creations) {
    // One that was announced anew under another uuid is known to this history under its old one.
    if (history.hasForks && (of.creates.length === 0 || of.creates.some((change) => history.isForked(change))))
      continue;
    const why = whyNotOf(of, live.get(name), isCertain, history);
    if (why) problems.push(`creation ${name} ${why}`);
  }
  return problems;
};

const whyNotOf = (
  { creates, deletes, attributes, creation }: CreationHistory,
  entry: Entry | undefined,
  isCertain: (change: RecordedChange) => boolean,
  history: History,
): string | undefined => {
  const deletion = deletes.find(isCertain);
  if (entry === undefined) {
    const isDue = creates.some(isCertain) && deletes.length === 0;
    return isDue ? "is claimed and not there, and nobody deleted it" : undefined;
  }
  if (deletion) return `is live, and was deleted at ${deletion.ts} by ${deletion.server}, which is claimed`;
  if (entry.conflictOf === undefined) {
    const earlier = earlierLiving(creation, history, isCertain);
    if (earlier) return `holds its uuid, and so should the earlier creation of ${earlier.creation.ts}`;
  }
  const names = new Set([...attributes.keys(), ...Object.keys(entry.attributes)]);
  for (const name of names) {
    if (entry.hidden.includes(name)) continue;
    const operations = attributes.get(name) ?? [];
    // Increments of a forked server may count twice: model, section 6, what this cannot do.
    if (history.hasForks && operations.some(({ effect }) => effect.kind === "counter")) continue;
    const why = whyNotShown(entry.attributes[name], operations, isCertain);
    if (why) return `attribute ${name} ${why}`;
  }
  return undefined;
};

/** What was written to everything that `problem` names, in the order in which it was told, for whoever has to find out. */
export const historyOf = (problem: string, history: History): string[] =>
  history.changes
    .filter(({ operations }) => operations.some(({ creation }) => problem.includes(creation.uuid)))
    .map(({ ts, server, node, status, mayBeMissing, operations }) => {
      const what = operations.map(
        ({ creation, ...operation }) => `${JSON.stringify(operation)} to ${nameOfCreation(creation)}`,
      );
      return `history: ${ts} by ${server} at node ${node}, ${status}${mayBeMissing ? ", may be missing" : ""}: ${what.join("; ")}`;
    });

/**
 * A creation of the same uuid that is certain, earlier, that nobody ever deleted, and that never lost the uuid itself: the very
 * first one.
 */
const earlierLiving = (
  held: Creation,
  history: History,
  isCertain: (change: RecordedChange) => boolean,
): CreationHistory | undefined => {
  let first: CreationHistory | undefined;
  for (const other of history.creations.values()) {
    const { creation } = other;
    if (creation.uuid !== held.uuid || !isBefore(creation, held)) continue;
    if (first === undefined || isBefore(creation, first.creation)) first = other;
  }
  return first && first.deletes.length === 0 && first.creates.some(isCertain) ? first : undefined;
};

const isBefore = (left: Creation, right: Creation): boolean =>
  left.ts < right.ts || (left.ts === right.ts && left.server < right.server);
