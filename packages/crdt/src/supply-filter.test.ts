import { expect, test } from "vitest";
import { randomUuid, type ServerUuid, seenIn, type Uuid, unseenPart } from "./index.js";
import { ToyReplica } from "./testing/toy-replica.js";

const uuid = randomUuid<Uuid>(new Uint8Array(16).fill(9));
const replica = (seed: number): ToyReplica => new ToyReplica(randomUuid<ServerUuid>(new Uint8Array(16).fill(seed)));

const setOf = (toy: ToyReplica): string[] => {
  const entry = toy.entries.get(uuid);
  if (entry?.kind !== "live") return [];
  return [...(entry.attributes.get("tags")?.set?.elements ?? [])]
    .filter(([, { present }]) => present)
    .map(([key]) => key);
};

const add = (toy: ToyReplica, element: string, wallMicros: number): void =>
  toy.write(uuid, { kind: "element", name: "tags", element, present: true }, wallMicros);

test("every change inside a set counts, so what arrives merged is still passed on (model, section 2)", () => {
  const [a, b, c] = [replica(1), replica(2), replica(3)];
  a.write(uuid, { kind: "create" }, 1);
  for (const toy of [b, c]) toy.pull(a);
  add(a, "x", 10);
  add(b, "y", 20);
  c.pull(b);
  a.pull(b);
  c.pull(a);
  expect(setOf(c).sort()).toEqual(["x", "y"]);
});

test("only the unseen parts of an entry are sent, and nothing when all is seen", () => {
  const [a, b] = [replica(1), replica(2)];
  a.write(uuid, { kind: "create" }, 1);
  a.write(uuid, { kind: "register", name: "kept", value: 1 }, 2);
  b.pull(a);
  a.write(uuid, { kind: "register", name: "changed", value: 2 }, 3);
  const entry = a.entries.get(uuid);
  const part = entry && unseenPart(entry, seenIn(b.ruv));
  expect(part?.kind === "live" && [...part.attributes.keys()]).toEqual(["changed"]);
  expect(entry && unseenPart(entry, seenIn(a.ruv))).toBeUndefined();
});

test("an unseen creation is sent whole, empty or not, and of an unseen deletion what is unseen", () => {
  const a = replica(1);
  a.write(uuid, { kind: "create" }, 1);
  const created = a.entries.get(uuid);
  expect(created && unseenPart(created, () => 0)).toBe(created);
  const before = seenIn(a.ruv);
  a.write(uuid, { kind: "delete" }, 2);
  const tombstone = a.entries.get(uuid);
  expect(tombstone && unseenPart(tombstone, before)).toEqual(tombstone);
});

test("a tombstone with a deletion that was seen and one that was not is sent whole: the rest may have been purged with the first", () => {
  const [a, b, c] = [replica(1), replica(2), replica(3)];
  a.write(uuid, { kind: "create" }, 1);
  a.write(uuid, { kind: "register", name: "title", value: 1 }, 2);
  for (const toy of [b, c]) toy.pull(a);
  a.write(uuid, { kind: "delete" }, 3);
  c.pull(a);
  b.write(uuid, { kind: "delete" }, 4);
  b.pull(a);
  const tombstone = b.entries.get(uuid);
  expect(tombstone?.attributes.size).toBe(1);
  expect(tombstone && unseenPart(tombstone, seenIn(c.ruv))).toBe(tombstone);
});
