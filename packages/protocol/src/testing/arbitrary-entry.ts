import {
  type AttributeState,
  type ChangeId,
  type CounterTotal,
  compareChangeIds,
  type EntryState,
  elementKey,
  mergeRegisters,
  type NamedKind,
  type RegisterState,
  type ServerUuid,
  type SetElement,
  type Uuid,
  uuidFromBytes,
  writtenRegister,
} from "@concordat/crdt";
import fc from "fast-check";
import { encodeValue } from "../value.js";
import { arbitraryScalar, arbitraryValue } from "./arbitrary-value.js";

/** The server table of `arbitraryEntry`; not in the order of the uuids. */
export const SERVERS: readonly ServerUuid[] = [0xc0, 0x01, 0xff, 0x70].map((byte) =>
  uuidFromBytes<ServerUuid>(new Uint8Array(16).fill(byte)),
);

export const indexOfServer = (server: ServerUuid): number => SERVERS.indexOf(server);

const arbitraryUuid: fc.Arbitrary<Uuid> = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => uuidFromBytes<Uuid>(bytes));

const arbitraryServer = fc.constantFrom(...SERVERS);

const arbitraryTs = fc.oneof(
  fc.integer({ min: 1_700_000_000_000_000, max: 1_700_000_000_000_009 }),
  fc.maxSafeNat(),
  fc.nat({ max: 3 }),
);

const arbitraryChangeId: fc.Arbitrary<ChangeId> = fc.record({ ts: arbitraryTs, server: arbitraryServer });

const arbitraryBytes = fc.option(
  arbitraryValue.map((value) => encodeValue(value)),
  { nil: undefined },
);

/** Writes of several servers to one place, merged: each over nothing, or over all that came before it. */
const arbitraryWrites = (value: fc.Arbitrary<Uint8Array | undefined>): fc.Arbitrary<RegisterState> =>
  fc
    .array(fc.record({ changeId: arbitraryChangeId, value, overAll: fc.boolean() }), { minLength: 1, maxLength: 4 })
    .map((writes) => {
      const ascending = [...writes].sort((left, right) => compareChangeIds(left.changeId, right.changeId));
      let merged: RegisterState | undefined;
      for (const { changeId, value, overAll } of ascending) {
        if (merged && merged.changeId.ts >= changeId.ts) continue;
        const written = writtenRegister(overAll ? merged : undefined, changeId, value);
        merged = merged ? mergeRegisters(merged, written) : written;
      }
      return merged as RegisterState;
    });

const arbitraryRegister = arbitraryWrites(arbitraryBytes);

const arbitraryElement: fc.Arbitrary<SetElement> = fc.record({ changeId: arbitraryChangeId, present: fc.boolean() });

const arbitraryElementKey = fc.oneof(arbitraryScalar, arbitraryValue).map((value) => elementKey(encodeValue(value)));

const arbitraryTotal: fc.Arbitrary<CounterTotal> = fc.record({
  ts: arbitraryTs,
  increments: fc.maxSafeNat(),
  decrements: fc.nat({ max: 3 }),
});

const arbitraryMap = <K, V>(
  key: fc.Arbitrary<K>,
  value: fc.Arbitrary<V>,
  minLength: number,
  maxLength = 5,
): fc.Arbitrary<Map<K, V>> => fc.array(fc.tuple(key, value), { minLength, maxLength }).map((pairs) => new Map(pairs));

const arbitraryName = fc.oneof(
  fc.constantFrom("name", "mail", "member", "__proto__", "Ωmega", "\uE000", "𐀀"),
  fc.string({ unit: "binary", minLength: 1, maxLength: 40 }),
);

/** Some stand before, between and behind the kinds of the model. */
const arbitraryKind = fc.constantFrom<NamedKind>("a.b/c", "example.com/max", "n.example/x_y", "zz.example/z.1");

const arbitraryAttribute: fc.Arbitrary<AttributeState> = fc
  .record({
    register: fc.option(arbitraryRegister, { nil: undefined }),
    set: fc.option(
      arbitraryMap(arbitraryElementKey, arbitraryElement, 1).map((elements) => ({ elements })),
      { nil: undefined },
    ),
    map: fc.option(
      arbitraryMap(fc.oneof(arbitraryName, fc.constant("")), arbitraryRegister, 1).map((keys) => ({ keys })),
      { nil: undefined },
    ),
    counter: fc.option(
      arbitraryMap(arbitraryServer, arbitraryTotal, 1).map((totals) => ({ totals })),
      { nil: undefined },
    ),
    // Rarer than the others: most of what they do is what registers do.
    named: fc.option(arbitraryMap(arbitraryKind, arbitraryRegister, 1, 2), { nil: undefined, freq: 1 }),
  })
  .filter(({ register, set, map, counter, named }) => Boolean(register ?? set ?? map ?? counter ?? named));

const arbitraryIdentity = {
  uuid: arbitraryUuid,
  createdAt: arbitraryChangeId,
  conflictOf: fc.option(arbitraryUuid, { nil: undefined }),
};

/** Any state that has a record: live ones with states of every kind side by side, and tombstones. */
export const arbitraryEntry: fc.Arbitrary<EntryState> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("live" as const),
      ...arbitraryIdentity,
      attributes: arbitraryMap(arbitraryName, arbitraryAttribute, 0),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("tombstone" as const),
      ...arbitraryIdentity,
      deletion: arbitraryWrites(fc.constant(undefined)),
      attributes: arbitraryMap(arbitraryName, arbitraryAttribute, 0),
    }),
  },
);
