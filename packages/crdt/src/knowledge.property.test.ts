import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type ChangeId,
  conflictsIn,
  diffRuv,
  type EntryState,
  lostUpdates,
  type RegisterState,
  type Uuid,
  versionsOf,
} from "./index.js";
import {
  contendedHistory,
  contentText,
  ENTRY_UUIDS,
  heal,
  plain,
  REPLICAS,
  sharedHistory,
  type ToyStep,
  toyHistory,
  toyReplicas,
} from "./testing/toy-history.js";
import type { ToyReplica } from "./testing/toy-replica.js";

/** A write to a register, to a key of a map or of a user's kind, or a deletion, and all that its replica had heard of, directly or not, when it made it. */
interface Made {
  readonly place: string;
  readonly change: string;
  readonly knew: ReadonlySet<string>;
}

const histories = fc.oneof(contendedHistory, sharedHistory, toyHistory);

const textOf = ({ ts, server }: ChangeId): string => `${ts}@${server}`;

const creationText = ({ uuid, conflictOf, createdAt }: EntryState): string =>
  `${conflictOf ?? uuid} ${textOf(createdAt)}`;

const DELETION = "(deletion)";

/** The registers of an entry and its deletion, by name, with the change ids that stand there. */
const placesOf = (state: EntryState): [string, string[]][] => {
  const places: [string, RegisterState][] = [];
  for (const [name, { register, map, named }] of state.attributes) {
    if (register) places.push([name, register]);
    for (const [key, one] of map?.keys ?? []) places.push([`${name}/${key}`, one]);
    for (const [kind, one] of named ?? []) places.push([`${name} of ${kind}`, one]);
  }
  if (state.kind === "tombstone") places.push([DELETION, state.deletion]);
  return places.map(([place, register]) => [place, versionsOf(register).map(({ changeId }) => textOf(changeId))]);
};

/** Plays a history and keeps the books that no replica can: who had heard of what. */
const playWithBooks = (steps: readonly ToyStep[]): { replicas: ToyReplica[]; made: Made[] } => {
  const replicas = toyReplicas();
  const heard = replicas.map(() => new Set<string>());
  const made: Made[] = [];
  const note = (at: number, uuid: Uuid, before: EntryState | undefined): void => {
    const after = replicas[at]?.entries.get(uuid);
    if (after === undefined || after === before) return;
    for (const [place, [change = ""]] of placesOf(after)) {
      const known = heard[at] as Set<string>;
      if (known.has(change)) continue;
      made.push({ place: `${creationText(after)} ${place}`, change, knew: new Set(known) });
      known.add(change);
    }
  };
  for (const step of steps) {
    const at = replicas[step.at] as ToyReplica;
    if (step.kind === "write") {
      const uuid = ENTRY_UUIDS[step.entry] as Uuid;
      const before = at.entries.get(uuid);
      at.write(uuid, step.write, step.wallMicros);
      note(step.at, uuid, before);
    } else {
      const from = replicas[step.from] as ToyReplica;
      const supplied = diffRuv(at.ruv, from.ruv).kind === "supply";
      at.pull(from);
      if (supplied) for (const change of heard[step.from] ?? []) heard[step.at]?.add(change);
    }
  }
  return { replicas, made };
};

/** Of each place, the writes that no other write there knew of: what must be found there in the end. */
const unknownToOthers = (made: readonly Made[]): Map<string, string[]> => {
  const left = new Map<string, string[]>();
  for (const { place, change } of made) {
    const isKnown = made.some((other) => other.place === place && other.change !== change && other.knew.has(change));
    if (!isKnown) left.set(place, [...(left.get(place) ?? []), change].sort());
  }
  return left;
};

test("exactly the writes stay that no other writer knew of, on every replica, whatever the relays and clocks", () => {
  let siblings = 0;
  fc.assert(
    fc.property(histories, (steps) => {
      const { replicas, made } = playWithBooks(steps);
      heal(replicas);
      const expected = unknownToOthers(made);
      for (const { entries } of replicas) {
        const found = [...entries.values()].flatMap((state) =>
          placesOf(state).map(([place, changes]) => [`${creationText(state)} ${place}`, [...changes].sort()] as const),
        );
        expect(new Map(found)).toEqual(expected);
        siblings += found.filter(([, changes]) => changes.length > 1).length;
      }
    }),
    { numRuns: 1_000 },
  );
  expect(siblings).toBeGreaterThan(100);
});

test("an update is lost to a deletion exactly when no deletion of the entry knew of it", () => {
  let lost = 0;
  fc.assert(
    fc.property(histories, (steps) => {
      const { replicas, made } = playWithBooks(steps);
      heal(replicas);
      const left = unknownToOthers(made);
      for (const state of replicas[0]?.entries.values() ?? []) {
        if (state.kind === "live") continue;
        const creation = creationText(state);
        const deletions = made.filter(({ place }) => place === `${creation} ${DELETION}`);
        const isKnown = (change: string): boolean => deletions.some(({ knew }) => knew.has(change));
        const expected = [...state.attributes]
          .filter(([, { register }]) => register)
          .map(([name]) => name)
          .filter((name) => left.get(`${creation} ${name}`)?.some((change) => !isKnown(change)));
        const found = [...(lostUpdates(state) ?? [])].filter(([, { register }]) => register).map(([name]) => name);
        // Other kinds of one attribute are shown with it.
        expect(found.filter((name) => onlyRegister(state, name))).toEqual(
          expected.filter((name) => onlyRegister(state, name)),
        );
        lost += found.length;
      }
    }),
    { numRuns: 1_000 },
  );
  expect(lost).toBeGreaterThan(30);
});

/** What a replica lists, as text that is equal exactly when the conflicts are: they stand in no order here. */
const conflictsText = ({ entries }: ToyReplica): string =>
  [...entries.values()]
    .flatMap((state) => conflictsIn(state).map((conflict) => `${state.uuid} ${JSON.stringify(conflict, plain)}`))
    .sort()
    .join("\n");

const onlyRegister = (state: EntryState, name: string): boolean => {
  const { set, map, counter, named } = state.attributes.get(name) ?? {};
  return !set && !map && !counter && !named;
};

test("every replica lists the same conflicts", () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(histories, (steps) => {
      const { replicas } = playWithBooks(steps);
      heal(replicas);
      const [first, ...others] = replicas.map(conflictsText);
      for (const other of others) expect(other).toBe(first);
      for (const state of replicas[0]?.entries.values() ?? [])
        for (const { kind } of conflictsIn(state)) kinds.add(kind);
      expect(new Set(replicas.map(contentText)).size).toBe(1);
      expect(replicas.length).toBe(REPLICAS);
    }),
    { numRuns: 500 },
  );
  expect([...kinds].sort()).toEqual(["creation", "deletion", "overwrite"]);
});
