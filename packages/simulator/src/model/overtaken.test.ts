import type { ServerUuid } from "@concordat/crdt";
import { expect, test } from "vitest";
import type { AttributeOperation, Effect, RecordedChange } from "./history.js";
import { isOvertaken } from "./overtaken.js";

const at = (ts: number, effect: Effect, mayBeMissing = false): AttributeOperation => ({
  change: { ts, server: `server-${ts}` as ServerUuid, node: 0, operations: [], status: "acknowledged", mayBeMissing },
  effect,
});
const isCertain = ({ mayBeMissing }: RecordedChange): boolean => !mayBeMissing;
const title = (value: string): Effect => ({ kind: "register", value });
const tags = (present: readonly string[], absent: readonly string[] = []): Effect => ({ kind: "set", present, absent });

test("a register is overtaken by a later write that is certain, of the same kind", () => {
  const first = at(1, title("a"));
  expect(isOvertaken(first, [first, at(2, title("b"))], isCertain)).toBe(true);
  expect(isOvertaken(first, [first, at(2, title("b"), true)], isCertain)).toBe(false);
  expect(isOvertaken(first, [first, at(2, { ...title("a"), isSame: true } as Effect)], isCertain)).toBe(false);
  expect(isOvertaken(first, [first, at(2, tags(["b"]))], isCertain)).toBe(false);
  expect(isOvertaken(at(2, title("b")), [first, at(2, title("b"))], isCertain)).toBe(false);
});

test("a set once each of its elements is, whoever wrote it last", () => {
  const first = at(1, tags(["x"], ["y"]));
  expect(isOvertaken(first, [first, at(2, tags([], ["x"]))], isCertain)).toBe(false);
  expect(isOvertaken(first, [first, at(2, tags([], ["x"])), at(3, tags(["y"]))], isCertain)).toBe(true);
});

test("a map once each of its keys is", () => {
  const first = at(1, { kind: "map", values: { k: 1 }, removed: ["l"] });
  expect(isOvertaken(first, [first, at(2, { kind: "map", values: { k: 1 }, removed: [] })], isCertain)).toBe(false);
  expect(isOvertaken(first, [first, at(2, { kind: "map", values: { l: 1 }, removed: ["k"] })], isCertain)).toBe(true);
});

test("what is added to a counter never is", () => {
  const first = at(1, { kind: "counter", amount: 1 });
  expect(isOvertaken(first, [first, at(2, { kind: "counter", amount: 1 })], isCertain)).toBe(false);
});
