import { expect, test } from "vitest";
import { DuplicateChangeError, mergeAttributes, randomUuid, type ServerUuid, writtenRegister } from "./index.js";

const changeId = { ts: 5, server: randomUuid<ServerUuid>(new Uint8Array(16).fill(1)) };
const register = (value: number | undefined) => ({
  register: writtenRegister(undefined, changeId, value === undefined ? undefined : Uint8Array.of(value)),
});

test("one change with two values is never silently resolved", () => {
  expect(() => mergeAttributes(register(1), register(2))).toThrow(DuplicateChangeError);
  expect(() => mergeAttributes(register(1), register(undefined))).toThrow(DuplicateChangeError);
  const counter = (increments: number) => ({
    counter: { totals: new Map([[changeId.server, { ts: 5, increments, decrements: 0 }]]) },
  });
  expect(() => mergeAttributes(counter(1), counter(2))).toThrow(DuplicateChangeError);
});

test("the same change again is no conflict", () => {
  const state = register(1);
  expect(mergeAttributes(state, register(1))).toBe(state);
});
