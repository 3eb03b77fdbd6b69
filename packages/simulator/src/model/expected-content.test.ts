import type { ServerUuid } from "@concordat/crdt";
import { describe, expect, test } from "vitest";
import { whyNotShown } from "./expected-content.js";
import type { AttributeOperation, Effect, RecordedChange } from "./history.js";

const at = (ts: number, effect: Effect, mayBeMissing = false): AttributeOperation => ({
  change: { ts, server: `server-${ts}` as ServerUuid, node: 0, operations: [], status: "acknowledged", mayBeMissing },
  effect,
});
const isCertain = ({ mayBeMissing }: RecordedChange): boolean => !mayBeMissing;
const title = (value: string | undefined): Effect => ({ kind: "register", value });

describe("a register", () => {
  test("shows the newest write, and nothing older", () => {
    const writes = [at(1, title("a")), at(2, title("b"))];
    expect(whyNotShown("b", writes, isCertain)).toBeUndefined();
    expect(whyNotShown("a", writes, isCertain)).toContain("shows");
    expect(whyNotShown("c", writes, isCertain)).toContain("shows");
  });

  test("may show a newer write that is not certain, and need not", () => {
    const writes = [at(1, title("a")), at(2, title(undefined), true)];
    expect(whyNotShown("a", writes, isCertain)).toBeUndefined();
    expect(whyNotShown(undefined, writes, isCertain)).toBeUndefined();
  });
});

test("a set, an element at a time", () => {
  const writes = [
    at(1, { kind: "set", present: ["x", "y"], absent: [] }),
    at(2, { kind: "set", present: [], absent: ["x"] }),
  ];
  expect(whyNotShown(["y"], writes, isCertain)).toBeUndefined();
  expect(whyNotShown(["x", "y"], writes, isCertain)).toContain("removed at 2");
  expect(whyNotShown(undefined, writes, isCertain)).toContain("added at 1");
  expect(whyNotShown(["y", "z"], writes, isCertain)).toContain("nobody added");
});

test("a map, a key at a time", () => {
  const writes = [
    at(1, { kind: "map", values: { k: 1 }, removed: [] }),
    at(3, { kind: "map", values: {}, removed: ["k"] }),
  ];
  expect(whyNotShown(undefined, writes, isCertain)).toBeUndefined();
  expect(whyNotShown({ k: 1 }, writes, isCertain)).toContain("key k");
});

test("a counter is the sum of what is certain, and of any of the rest", () => {
  const writes = [
    at(1, { kind: "counter", amount: 5 }),
    at(2, { kind: "counter", amount: -2 }),
    at(3, { kind: "counter", amount: 7 }, true),
  ];
  expect(whyNotShown(3, writes, isCertain)).toBeUndefined();
  expect(whyNotShown(10, writes, isCertain)).toBeUndefined();
  expect(whyNotShown(5, writes, isCertain)).toContain("adds up to 3");
});

test("under two kinds it does not decide, and what nobody wrote is wrong", () => {
  expect(whyNotShown("a", [at(1, title("b")), at(2, { kind: "counter", amount: 1 })], isCertain)).toBeUndefined();
  expect(whyNotShown("a", [], isCertain)).toContain("nobody wrote");
});
