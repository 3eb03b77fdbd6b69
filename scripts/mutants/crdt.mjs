/** What every property of `packages/crdt` must not let pass. The form is explained in `scripts/mutants.mjs`. */

const SRC = "packages/crdt/src";
const CONVERGENCE = `${SRC}/convergence.property.test.ts`;
const KNOWLEDGE = `${SRC}/knowledge.property.test.ts`;
const SETTLE_UNIQUE = `${SRC}/settle-unique.property.test.ts`;

export const crdt = [
  {
    suite: CONVERGENCE,
    property: "commutative, associative and idempotent on states that histories reach",
    mutants: [
      {
        name: "of two writes the first wins",
        file: `${SRC}/register-state.ts`,
        find: "if (order > 0) return isKnownTo",
        replace: "if (order < 0) return isKnownTo",
      },
      {
        name: "of two writes the one that is here already is shown",
        file: `${SRC}/register-state.ts`,
        find: "return isKnownTo(incoming, local.changeId) ? incoming : registerOf([incoming, local]);",
        replace: "return isKnownTo(incoming, local.changeId) ? incoming : registerOf([local, incoming]);",
      },
      {
        name: "an attribute that comes as another kind replaces what there is",
        file: `${SRC}/attribute-state.ts`,
        find: "return unchanged ? local : { register, set, map, counter, named };",
        replace: `if (unchanged) return local;
  const kind = visibleKind({ register, set, map, counter }) as MergeKind;
  return kind ? { [kind]: { register, set, map, counter }[kind] } : {};`,
      },
      {
        name: "states of users' kinds that are here already are kept as they are",
        file: `${SRC}/attribute-state.ts`,
        find: "const named = joined(local.named, incoming.named, mergeNamed);",
        replace: "const named = local.named ?? incoming.named;",
      },
      {
        name: "totals of a counter are added up when they meet",
        file: `${SRC}/counter-state.ts`,
        find: "if (local.ts !== incoming.ts) return local.ts > incoming.ts ? local : incoming;",
        replace: `if (local.ts !== incoming.ts) return {
    ts: Math.max(local.ts, incoming.ts),
    increments: local.increments + incoming.increments,
    decrements: local.decrements + incoming.decrements,
  };`,
      },
      {
        name: "of two totals of a counter the larger stays",
        file: `${SRC}/counter-state.ts`,
        find: "return local.ts > incoming.ts ? local : incoming;",
        replace: "return local.increments > incoming.increments ? local : incoming;",
      },
      {
        name: "changes of one microsecond are not told apart",
        file: `${SRC}/change-id.ts`,
        find: "return left.server < right.server ? -1 : 1;",
        replace: "return 0;",
      },
    ],
  },
  {
    suite: CONVERGENCE,
    property: "a state that brings nothing new leaves the local one as it is, the same object",
    mutants: [
      {
        name: "a merge always makes a new map",
        file: `${SRC}/keyed-state.ts`,
        find: "if (winner === ours) continue;",
        replace: "",
      },
      {
        name: "versions that are all known already are put together anew",
        file: `${SRC}/register-state.ts`,
        find: "if (left.length === ours.length && left.every((version, index) => version === ours[index])) return local;",
        replace: "",
      },
    ],
  },
  {
    suite: CONVERGENCE,
    property: "are equal, byte by byte, once everybody has pulled",
    mutants: [
      {
        name: "of a set only the newest change decides whether it is sent",
        file: `${SRC}/set-state.ts`,
        find: "(element) => isUnseen(element.changeId, seen)",
        replace: "() => isUnseen(newestOfSet(state) as ChangeId, seen)",
      },
      {
        name: "of a map only the newest change decides whether it is sent",
        file: `${SRC}/map-state.ts`,
        find: "(register) => unseenRegister(register, seen) !== undefined",
        replace: "() => (newestOfMap(state)?.ts ?? 0) > seen(newestOfMap(state)?.server as never)",
      },
      {
        name: "of a counter only the newest change decides whether it is sent",
        file: `${SRC}/counter-state.ts`,
        find: "({ ts }, server) => isUnseen({ ts, server }, seen)",
        replace: "() => isUnseen(newestOfCounter(state) as ChangeId, seen)",
      },
      {
        name: "states of users' kinds are sent only with others",
        file: `${SRC}/attribute-state.ts`,
        find: "const named = state.named && unseenNamed(state.named, seen);",
        replace: "const named = (register || set || map || counter) && state.named;",
      },
      {
        name: "of two changes of an element the earlier stays",
        file: `${SRC}/set-state.ts`,
        find: "if (order !== 0) return order > 0 ? local : incoming;",
        replace: "if (order !== 0) return order < 0 ? local : incoming;",
      },
      {
        name: "what an entry held is dropped with its deletion",
        file: `${SRC}/merge-entry.ts`,
        find: `? { kind: "tombstone", uuid, createdAt, conflictOf, deletion, attributes }`,
        replace: `? { kind: "tombstone", uuid, createdAt, conflictOf, deletion, attributes: local.attributes }`,
      },
      {
        name: "the next change follows the wall clock alone, not what was seen",
        file: `${SRC}/change-id.ts`,
        find: "Math.max(wallMicros, seenMicros + 1)",
        replace: "wallMicros",
      },
    ],
  },
  {
    suite: CONVERGENCE,
    property: "never claim what they lack: a claimed change is there, or something later stands in its place",
    mutants: [
      {
        name: "the change right after what was seen is not sent",
        file: `${SRC}/ruv.ts`,
        find: "changeId.ts > seen(changeId.server)",
        replace: "changeId.ts > seen(changeId.server) + 1",
      },
      {
        name: "of an attribute only its register is looked at",
        file: `${SRC}/attribute-state.ts`,
        find: "const set = state.set && unseenSet(state.set, seen);",
        replace: "const set = register && state.set && unseenSet(state.set, seen);",
      },
      {
        name: "a creation that is new is sent without what it holds",
        file: `${SRC}/supply-filter.ts`,
        find: "if (isUnseen(entry.createdAt, seen)) return entry;",
        replace: "if (isUnseen(entry.createdAt, seen)) return { ...entry, attributes: new Map() };",
      },
    ],
  },
  {
    suite: CONVERGENCE,
    property: "never bring a deleted entry back to life",
    mutants: [
      {
        name: "a tombstone loses to a live entry",
        file: `${SRC}/merge-entry.ts`,
        find: "(local ?? incoming)",
        replace: "local",
      },
      {
        name: "a deletion is sent only with changes of attributes",
        file: `${SRC}/supply-filter.ts`,
        find: "if (attributes.size === 0 && !newDeletion) return undefined;",
        replace: "if (attributes.size === 0) return undefined;",
      },
    ],
  },
  {
    suite: CONVERGENCE,
    property: "give the later of two creations the same derived uuid everywhere, with the change ids that it had",
    mutants: [
      {
        name: "a conflict entry is not marked with the uuid that it lost",
        file: `${SRC}/merge-entry.ts`,
        find: "conflictOf: state.uuid,",
        replace: "conflictOf: undefined,",
      },
      {
        name: "the derived uuid does not depend on who created",
        file: `${SRC}/conflict-uuid.ts`,
        find: "writeUuid(createdAt.server, name, UUID_BYTES + 8);",
        replace: "",
      },
    ],
  },
  {
    suite: CONVERGENCE,
    property: "histories are worth running: they reach deletions, conflicts and every kind",
    mutants: [
      {
        name: "histories never delete",
        file: `${SRC}/testing/toy-history.ts`,
        find: `{ weight: 2, arbitrary: fc.constant<ToyWrite>({ kind: "delete" }) },`,
        replace: "",
      },
      {
        name: "histories never count",
        file: `${SRC}/testing/toy-history.ts`,
        find: `arbitrary: fc.record({ kind: fc.constant("count" as const), name, amount: fc.integer({ min: -3, max: 3 }) }),`,
        replace: `arbitrary: fc.constant<ToyWrite>({ kind: "create" }),`,
      },
    ],
  },
  {
    suite: KNOWLEDGE,
    property: "exactly the writes stay that no other writer knew of, on every replica, whatever the relays and clocks",
    mutants: [
      {
        name: "a write does not say what its writer knew",
        file: `${SRC}/register-state.ts`,
        find: "return { changeId, value, context, siblings: NO_SIBLINGS };",
        replace: "return { changeId, value, context: new Map(), siblings: NO_SIBLINGS };",
      },
      {
        name: "a write says what it replaces, not what that knew",
        file: `${SRC}/causal-context.ts`,
        find: "for (const [server, ts] of change.context) note(server, ts);",
        replace: "",
      },
      {
        name: "of versions side by side only the newest is looked at",
        file: `${SRC}/register-state.ts`,
        find: "isUnseen(state.changeId, seen) || state.siblings.some(({ changeId }) => isUnseen(changeId, seen)) ? state : undefined;",
        replace: "isUnseen(state.changeId, seen) ? state : undefined;",
      },
      {
        name: "a later write takes the place of one that it did not know",
        file: `${SRC}/register-state.ts`,
        find: "return isKnownTo(incoming, local.changeId) ? incoming : registerOf([incoming, local]);",
        replace: "return incoming;",
      },
    ],
  },
  {
    suite: KNOWLEDGE,
    property: "an update is lost to a deletion exactly when no deletion of the entry knew of it",
    mutants: [
      {
        name: "a deletion knows nothing of what the entry held",
        file: `${SRC}/entry-state.ts`,
        find: "for (const state of entry.attributes.values()) yield* causalChangesOfAttribute(state);",
        replace: "",
      },
      {
        name: "of several deletions only the newest counts",
        file: `${SRC}/lost-updates.ts`,
        find: "return (server) => Math.max(first(server), ...others.map((known) => known(server)));",
        replace: "return first;",
      },
    ],
  },
  {
    suite: KNOWLEDGE,
    property: "every replica lists the same conflicts",
    mutants: [
      {
        name: "updates that lost to a deletion are not listed",
        file: `${SRC}/entry-conflict.ts`,
        find: `return lost ? [{ kind: "deletion", lost }] : [];`,
        replace: "return [];",
      },
      {
        name: "losers are listed in the order in which they came",
        file: `${SRC}/register-state.ts`,
        find: "left.sort((one, other) => compareChangeIds(other.changeId, one.changeId));",
        replace: "",
      },
    ],
  },
  {
    suite: SETTLE_UNIQUE,
    property: "the order in which claims come does not matter",
    mutants: [
      {
        name: "who came first here keeps the value",
        file: `${SRC}/settle-unique.ts`,
        find: "const newestFirst = [...claims].sort(later);",
        replace: "const newestFirst = [...claims].reverse();",
      },
      {
        name: "claims of one transaction are left in the order in which they came",
        file: `${SRC}/settle-unique.ts`,
        find: "compareChangeIds(right.changeId, left.changeId) || (left.uuid < right.uuid ? 1 : -1);",
        replace: "compareChangeIds(right.changeId, left.changeId);",
      },
    ],
  },
  {
    suite: SETTLE_UNIQUE,
    property: "every claim is either kept or masked, once, and the arguments stay as they were",
    mutants: [
      {
        name: "the claims that were given are sorted in place",
        file: `${SRC}/settle-unique.ts`,
        find: "[...claims].sort(later)",
        replace: "(claims as UniqueClaim[]).sort(later)",
      },
      {
        name: "who keeps the value is masked as well",
        file: `${SRC}/settle-unique.ts`,
        find: "masked: newestFirst.slice(0, -1)",
        replace: "masked: newestFirst",
      },
    ],
  },
  {
    suite: SETTLE_UNIQUE,
    property: "earliest: exactly one of them keeps the value, and none was written before it",
    mutants: [
      {
        name: "the latest keeps the value",
        file: `${SRC}/settle-unique.ts`,
        find: "return { holder: newestFirst.at(-1), masked: newestFirst.slice(0, -1) };",
        replace: "return { holder: newestFirst[0], masked: newestFirst.slice(1) };",
      },
    ],
  },
  {
    suite: SETTLE_UNIQUE,
    property: "all: one alone keeps it, of several none does",
    mutants: [
      {
        name: "the policy is not asked",
        file: `${SRC}/settle-unique.ts`,
        find: `if (policy === "all") return { holder: undefined, masked: newestFirst };`,
        replace: "",
      },
    ],
  },
  {
    suite: SETTLE_UNIQUE,
    property: "the masked are listed with the newest first",
    mutants: [
      {
        name: "the oldest first",
        file: `${SRC}/settle-unique.ts`,
        find: "masked: newestFirst.slice(0, -1)",
        replace: "masked: newestFirst.slice(0, -1).reverse()",
      },
    ],
  },
  // Marks that beat a concurrent write, or lost to a deletion, are too rare in random histories that purge.
  {
    suite: `${SRC}/purge-entry.test.ts`,
    property: "a mark that beat a concurrent write stays, and so does one that may hide another kind",
    mutants: [
      {
        name: "the mark of a removal that beat another write is purged",
        file: `${SRC}/purge-entry.ts`,
        find: "one.value === undefined && one.siblings.length === 0",
        replace: "one.value === undefined",
      },
    ],
  },
  {
    suite: `${SRC}/purge-entry.test.ts`,
    property: "a mark under a tombstone goes like any other if the deletion knew it, and stays where it lost itself",
    mutants: [
      {
        name: "the marks under a tombstone stay as long as it does",
        file: `${SRC}/purge-entry.ts`,
        find: "|| purgeMarks(entry, isDue);",
        replace: `|| (entry.kind === "live" ? purgeMarks(entry, isDue) : undefined);`,
      },
    ],
  },
  // Any order of the servers will do for all properties, as long as it is one order.
  {
    suite: `${SRC}/change-id.test.ts`,
    property: "change ids are in the order of their times, then of the servers' bytes",
    mutants: [
      {
        name: "of one microsecond, the smaller server uuid is the later",
        file: `${SRC}/change-id.ts`,
        find: "return left.server < right.server ? -1 : 1;",
        replace: "return left.server < right.server ? 1 : -1;",
      },
    ],
  },
];
