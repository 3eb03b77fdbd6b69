import { expect, test } from "vitest";
import {
  compareChangeIds,
  conflictUuid,
  nextTimestamp,
  parseUuid,
  randomUuid,
  type ServerUuid,
  type Uuid,
  uuidFromBytes,
  uuidToBytes,
} from "./index.js";

const server = (seed: number): ServerUuid => randomUuid<ServerUuid>(new Uint8Array(16).fill(seed));

test("change ids are in the order of their times, then of the servers' bytes", () => {
  const sorted = [
    { ts: 2, server: server(1) },
    { ts: 1, server: server(9) },
    { ts: 1, server: server(1) },
  ].sort(compareChangeIds);
  expect(sorted.map(({ ts }) => ts)).toEqual([1, 1, 2]);
  expect(sorted[0]?.server).toBe(server(1));
});

test("a clock that stands still, jumps back or is slow never reissues a time and overwrites what it has read", () => {
  expect(nextTimestamp(100, 50)).toBe(100);
  expect(nextTimestamp(100, 100)).toBe(101);
  expect(nextTimestamp(1, 1_000_000)).toBe(1_000_001);
});

test("uuids read from text in either case, and from bytes", () => {
  const uuid = parseUuid("A0B1C2D3-0102-4304-8506-0708090A0B0C");
  expect(uuid).toBe("a0b1c2d3-0102-4304-8506-0708090a0b0c");
  expect(uuid && uuidFromBytes(uuidToBytes(uuid))).toBe(uuid);
  for (const text of [
    "",
    "a0b1c2d3",
    "a0b1c2d3-0102-4304-8506-0708090a0b0g",
    "{a0b1c2d3-0102-4304-8506-0708090a0b0c}",
  ]) {
    expect(parseUuid(text)).toBeUndefined();
  }
});

test("random and derived uuids carry their version and variant", () => {
  const random = randomUuid<Uuid>(new Uint8Array(16).fill(0xff));
  expect(random).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
  const derived = conflictUuid(random, { ts: 7, server: server(1) });
  expect(derived).toMatch(/^.{14}5.{4}[89ab]/);
  expect(conflictUuid(random, { ts: 8, server: server(1) })).not.toBe(derived);
  expect(conflictUuid(random, { ts: 7, server: server(1) })).toBe(derived);
});
