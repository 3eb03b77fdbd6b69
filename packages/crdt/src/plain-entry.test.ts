import { expect, test } from "vitest";
import {
  type AttributeState,
  type ChangeId,
  conflictsIn,
  type EntryState,
  isPlainEntry,
  NO_CONTEXT,
  purgeableSince,
  type RegisterState,
  randomUuid,
  type ServerUuid,
  type Uuid,
} from "./index.js";

const server = randomUuid<ServerUuid>(new Uint8Array(16).fill(1));
const uuid = randomUuid<Uuid>(new Uint8Array(16).fill(2));
const at = (ts: number): ChangeId => ({ ts, server });
const bytes = Uint8Array.of(1);

const register = (more: Partial<RegisterState> = {}): RegisterState => ({
  changeId: at(2),
  value: bytes,
  context: NO_CONTEXT,
  siblings: [],
  ...more,
});

const entry = (state: AttributeState, conflictOf?: Uuid): EntryState => ({
  kind: "live",
  uuid,
  createdAt: at(1),
  conflictOf,
  attributes: new Map([
    ["another", { register: register() }],
    ["title", state],
  ]),
});

test("an entry of registers with one value each is plain", () => {
  const plain = entry({ register: register() });
  expect(isPlainEntry(plain)).toBe(true);
  expect(isPlainEntry({ ...plain, attributes: new Map() } as EntryState)).toBe(true);
  expect(conflictsIn(plain)).toEqual([]);
  expect(purgeableSince(plain)).toBeUndefined();
});

const others: readonly (readonly [string, EntryState])[] = [
  [
    "a tombstone",
    {
      kind: "tombstone",
      uuid,
      createdAt: at(1),
      conflictOf: undefined,
      deletion: register({ value: undefined }),
      attributes: new Map(),
    },
  ],
  ["a conflict entry", entry({ register: register() }, uuid)],
  ["a removed attribute", entry({ register: register({ value: undefined }) })],
  [
    "a contested attribute",
    entry({ register: register({ siblings: [{ changeId: at(1), value: bytes, context: NO_CONTEXT }] }) }),
  ],
  ["a set", entry({ set: { elements: new Map() } })],
  ["a map", entry({ map: { keys: new Map() } })],
  ["a counter", entry({ counter: { totals: new Map() } })],
  ["a user's kind", entry({ named: new Map([["example.com/max", register()]]) })],
  [
    "a user's kind beside a register",
    entry({ register: register(), named: new Map([["example.com/max", register()]]) }),
  ],
  ["two kinds side by side", entry({ register: register(), set: { elements: new Map() } })],
];

for (const [name, state] of others) {
  test(`${name} is not`, () => {
    expect(isPlainEntry(state)).toBe(false);
  });
}
