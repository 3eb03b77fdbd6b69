import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChangeId, EntryState, Uuid } from "./index.js";
import { compareChangeIds, mergeEntry, sameCreation } from "./index.js";
import { contentText, ENTRY_UUIDS, heal, plain, play, toyHistory } from "./testing/toy-history.js";
import type { ToyReplica } from "./testing/toy-replica.js";

const text = (state: EntryState): string => JSON.stringify(state, plain);

/** States of one creation that real histories reach, in any number and order. */
const statesOfOneCreation = toyHistory
  .map((steps) => play(steps).flatMap((replica) => [...replica.entries.values()]))
  .map((states) =>
    states.filter(
      (state) => states[0] !== undefined && state.uuid === states[0].uuid && sameCreation(state, states[0]),
    ),
  )
  .filter((states) => states.length > 0);

describe("the merge is a join", () => {
  test("commutative, associative and idempotent on states that histories reach", () => {
    fc.assert(
      fc.property(statesOfOneCreation, fc.nat(), fc.nat(), fc.nat(), (states, i, j, k) => {
        const [a, b, c] = [i, j, k].map((index) => states[index % states.length] as EntryState) as [
          EntryState,
          EntryState,
          EntryState,
        ];
        expect(text(mergeEntry(a, b))).toBe(text(mergeEntry(b, a)));
        expect(text(mergeEntry(mergeEntry(a, b), c))).toBe(text(mergeEntry(a, mergeEntry(b, c))));
        expect(mergeEntry(a, a)).toBe(a);
      }),
      { numRuns: 1_500 },
    );
  });

  test("a state that brings nothing new leaves the local one as it is, the same object", () => {
    fc.assert(
      fc.property(statesOfOneCreation, (states) => {
        const all = states.reduce(mergeEntry);
        for (const state of states) expect(mergeEntry(all, state)).toBe(all);
      }),
    );
  });
});

describe("replicas that relay in any order, under any clocks", () => {
  test("are equal, byte by byte, once everybody has pulled", () => {
    fc.assert(
      fc.property(toyHistory, (steps) => {
        const replicas = play(steps);
        heal(replicas);
        const [first, ...others] = replicas.map(contentText);
        for (const other of others) expect(other).toBe(first);
      }),
      { numRuns: 1_000 },
    );
  });

  test("never claim what they lack: a claimed change is there, or something later stands in its place", () => {
    fc.assert(
      fc.property(toyHistory, (steps) => {
        const replicas = play(steps);
        for (const holder of replicas) for (const claimer of replicas) expectClaimsHeld(claimer, holder);
      }),
      { numRuns: 500 },
    );
  });

  test("never bring a deleted entry back to life", () => {
    fc.assert(
      fc.property(toyHistory, (steps) => {
        const replicas = play(steps);
        const dead = replicas.flatMap(({ entries }) =>
          [...entries.values()].filter(({ kind }) => kind === "tombstone"),
        );
        heal(replicas);
        for (const tombstone of dead) for (const { entries } of replicas) expectDead(entries, tombstone);
      }),
      { numRuns: 500 },
    );
  });

  test("give the later of two creations the same derived uuid everywhere, with the change ids that it had", () => {
    fc.assert(
      fc.property(toyHistory, (steps) => {
        const before = play(steps);
        const creations = new Set(before.flatMap(({ entries }) => [...entries.values()].map(identityText)));
        heal(before);
        for (const { entries } of before) {
          const found = new Set([...entries.values()].map(identityText));
          expect([...creations].filter((identity) => !found.has(identity))).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Names a creation whichever uuid it lives under. */
const identityText = ({ uuid, conflictOf, createdAt }: EntryState): string =>
  `${conflictOf ?? uuid} ${createdAt.ts} ${createdAt.server}`;

/** Of every entry `holder` has, `claimer`'s state already holds whatever its vector claims. */
const expectClaimsHeld = (claimer: ToyReplica, holder: ToyReplica): void => {
  for (const theirs of holder.entries.values()) {
    for (const [place, change] of newestByPlace(theirs)) {
      const { ts, server } = change;
      if (ts > (claimer.ruv.get(server)?.seen ?? 0)) continue;
      const mine = stateOfCreation(claimer.entries, theirs);
      expect(mine, `${claimer.server} claims ${ts} of ${server} and has no such entry`).toBeDefined();
      const found = mine && newestByPlace(mine).get(place);
      expect(found, `${claimer.server} claims ${ts} of ${server} and has no ${place}`).toBeDefined();
      if (found) expect(compareChangeIds(found, change), place).toBeGreaterThanOrEqual(0);
    }
  }
};

/** The newest change at every place of an entry where changes take each other's place. */
const newestByPlace = (state: EntryState): Map<string, ChangeId> => {
  const places = new Map<string, ChangeId>([["creation", state.createdAt]]);
  if (state.kind === "tombstone") places.set("deletion", state.deletion.changeId);
  for (const [name, { register, set, map, counter, named }] of state.attributes) {
    if (register) places.set(`register ${name}`, register.changeId);
    for (const [key, { changeId }] of set?.elements ?? []) places.set(`element ${key} of ${name}`, changeId);
    for (const [key, { changeId }] of map?.keys ?? []) places.set(`key ${key} of ${name}`, changeId);
    for (const [kind, { changeId }] of named ?? []) places.set(`${kind} ${name}`, changeId);
    for (const [server, { ts }] of counter?.totals ?? []) places.set(`total of ${server} in ${name}`, { ts, server });
  }
  return places;
};

const expectDead = (entries: ReadonlyMap<Uuid, EntryState>, tombstone: EntryState): void => {
  const state = stateOfCreation(entries, tombstone);
  if (state) expect(state.kind).toBe("tombstone");
};

/** A creation may live under its own uuid on one replica and under the derived one on another. */
const stateOfCreation = (entries: ReadonlyMap<Uuid, EntryState>, wanted: EntryState): EntryState | undefined =>
  [...entries.values()].find((state) => identityText(state) === identityText(wanted));

test("histories are worth running: they reach deletions, conflicts and every kind", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(toyHistory, (steps) => {
      const replicas = play(steps);
      heal(replicas);
      for (const state of replicas[0]?.entries.values() ?? []) {
        seen.add(state.kind);
        if (state.conflictOf) seen.add("conflict");
        if (state.kind === "live")
          for (const kinds of state.attributes.values())
            for (const [kind, held] of Object.entries(kinds)) if (held) seen.add(kind);
      }
      expect(ENTRY_UUIDS.length).toBeGreaterThan(1);
    }),
    { numRuns: 500 },
  );
  expect([...seen].sort()).toEqual(["conflict", "counter", "live", "map", "named", "register", "set", "tombstone"]);
});
