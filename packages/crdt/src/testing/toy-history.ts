import fc from "fast-check";
import { type NamedKind, randomUuid, type ServerUuid, type Uuid } from "../index.js";
import { ToyReplica, type ToyWrite } from "./toy-replica.js";

/** One step of a history: a replica writes, or pulls from another. */
export type ToyStep =
  | {
      readonly kind: "write";
      readonly at: number;
      readonly entry: number;
      readonly write: ToyWrite;
      readonly wallMicros: number;
    }
  | { readonly kind: "pull"; readonly at: number; readonly from: number };

export const REPLICAS = 4;
const ENTRIES = 2;

const uuidOf = <U extends Uuid | ServerUuid>(seed: number): U => randomUuid<U>(new Uint8Array(16).fill(seed));

/** The uuids that histories write to. */
export const ENTRY_UUIDS: readonly Uuid[] = Array.from({ length: ENTRIES }, (_, index) => uuidOf<Uuid>(100 + index));

/** Copies of one empty domain, which the first of them founded. */
export const toyReplicas = (): ToyReplica[] => {
  const founder = new ToyReplica(uuidOf<ServerUuid>(1));
  founder.found();
  const copies = Array.from({ length: REPLICAS - 1 }, (_, index) => new ToyReplica(uuidOf<ServerUuid>(index + 2)));
  for (const copy of copies) copy.pull(founder);
  return [founder, ...copies];
};

const small = fc.option(fc.nat(3), { nil: undefined });
const name = fc.constantFrom("a", "b");

/** The first stands before all kinds of the model by name, the second between two of them. */
const mergeKind = fc.constantFrom<NamedKind>("a.example/max", "m.example/text");

const write: fc.Arbitrary<ToyWrite> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<ToyWrite>({ kind: "create" }) },
  { weight: 2, arbitrary: fc.constant<ToyWrite>({ kind: "delete" }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("register" as const), name, value: small }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("element" as const),
      name,
      element: fc.constantFrom("x", "y"),
      present: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("key" as const), name, key: fc.constantFrom("k", "l"), value: small }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("count" as const), name, amount: fc.integer({ min: -3, max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("named" as const), name, mergeKind, value: small }) },
);

const replica = fc.nat(REPLICAS - 1);

/** Wall clocks that stand still, jump and disagree: every write reads any time. */
const step: fc.Arbitrary<ToyStep> = fc.oneof(
  fc.record({
    kind: fc.constant("write" as const),
    at: replica,
    entry: fc.nat(ENTRIES - 1),
    write,
    wallMicros: fc.nat(30),
  }),
  fc.record({ kind: fc.constant("pull" as const), at: replica, from: replica }),
);

export const toyHistory = fc.array(step, { minLength: 1, maxLength: 60, size: "max" });

const SHARED_START: readonly ToyStep[] = [
  ...ENTRY_UUIDS.map((_, entry) => ({
    kind: "write" as const,
    at: 0,
    entry,
    write: { kind: "create" as const },
    wallMicros: 0,
  })),
  ...Array.from({ length: REPLICAS - 1 }, (_, index) => ({ kind: "pull" as const, at: index + 1, from: 0 })),
];

/** Histories of entries that every replica has before they begin: concurrent writes to one creation are the rule. */
export const sharedHistory: fc.Arbitrary<ToyStep[]> = fc
  .array(step, { minLength: 5, maxLength: 40, size: "max" })
  .map((steps) => [...SHARED_START, ...steps]);

/** Histories in which everybody writes to the same place, by relays of several pulls. */
export const contendedHistory: fc.Arbitrary<ToyStep[]> = fc
  .array(
    fc.oneof(
      fc.record({
        kind: fc.constant("write" as const),
        at: replica,
        entry: fc.constant(0),
        write: fc.oneof(
          fc.record({ kind: fc.constant("register" as const), name: fc.constant("a"), value: small }),
          fc.record({
            kind: fc.constant("key" as const),
            name: fc.constant("b"),
            key: fc.constant("k"),
            value: small,
          }),
          fc.record({ kind: fc.constant("named" as const), name: fc.constant("c"), mergeKind, value: small }),
        ),
        wallMicros: fc.nat(30),
      }),
      fc.record({ kind: fc.constant("pull" as const), at: replica, from: replica }),
    ),
    { minLength: 10, maxLength: 60, size: "max" },
  )
  .map((steps) => [...SHARED_START, ...steps]);

export const play = (steps: readonly ToyStep[]): ToyReplica[] => {
  const replicas = toyReplicas();
  for (const item of steps) {
    const at = replicas[item.at] as ToyReplica;
    if (item.kind === "pull") at.pull(replicas[item.from] as ToyReplica);
    else at.write(ENTRY_UUIDS[item.entry] as Uuid, item.write, item.wallMicros);
  }
  return replicas;
};

/** Everybody pulls from everybody, for as many rounds as the line of them is long. */
export const heal = (replicas: readonly ToyReplica[]): void => {
  for (let round = 0; round < REPLICAS; round += 1) {
    for (const consumer of replicas)
      for (const supplier of replicas) if (consumer !== supplier) consumer.pull(supplier);
  }
};

/** A replica's content as text that is equal exactly when the content is. */
export const contentText = (toy: ToyReplica): string =>
  JSON.stringify(
    [...toy.entries].sort(([left], [right]) => (left < right ? -1 : 1)),
    plain,
  );

/** For `JSON.stringify`: maps and objects in the order of their keys, bytes as numbers. */
export const plain = (_key: string, value: unknown): unknown => {
  if (value instanceof Map) return [...value].sort(byKey);
  if (value instanceof Uint8Array) return [...value];
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? Object.fromEntries(Object.entries(value).sort(byKey)) : value;
};

const byKey = ([left]: [string, unknown], [right]: [string, unknown]): number => (left < right ? -1 : 1);
