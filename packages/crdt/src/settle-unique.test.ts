import { describe, expect, test } from "vitest";
import { randomUuid, type ServerUuid, settleUnique, type UniqueClaim, type Uuid } from "./index.js";

const uuid = <U extends Uuid | ServerUuid = Uuid>(seed: number): U => randomUuid<U>(new Uint8Array(16).fill(seed));

/** The entry `entry` claims the value since `ts`, written on `server`. */
const claim = (entry: number, ts: number, server = 1): UniqueClaim => ({
  uuid: uuid(entry),
  changeId: { ts, server: uuid<ServerUuid>(server) },
});

describe("earliest", () => {
  test("the claim that was written first keeps the value, and the others are masked, the newest first", () => {
    const [first, second, third] = [claim(3, 10), claim(1, 20), claim(2, 30)];
    expect(settleUnique([second, third, first], "earliest")).toEqual({ holder: first, masked: [third, second] });
  });

  test("at one time, the lower server uuid decides", () => {
    const [lower, higher] = [claim(2, 10, 1), claim(1, 10, 2)];
    expect(settleUnique([higher, lower], "earliest")).toEqual({ holder: lower, masked: [higher] });
  });

  test("in one transaction, the lower entry uuid decides", () => {
    const [lower, higher] = [claim(1, 10), claim(2, 10)];
    for (const claims of [
      [higher, lower],
      [lower, higher],
    ])
      expect(settleUnique(claims, "earliest")).toEqual({ holder: lower, masked: [higher] });
  });
});

describe("all", () => {
  test("of several nobody keeps the value", () => {
    const [first, second] = [claim(1, 10), claim(2, 20)];
    expect(settleUnique([first, second], "all")).toEqual({ holder: undefined, masked: [second, first] });
  });
});

describe.each(["earliest", "all"] as const)("%s, without a conflict", (policy) => {
  test("one claim holds", () => {
    expect(settleUnique([claim(1, 10)], policy)).toEqual({ holder: claim(1, 10), masked: [] });
  });

  test("no claim, no holder", () => {
    expect(settleUnique([], policy)).toEqual({ holder: undefined, masked: [] });
  });
});
