import type { Snapshot } from "@concordat/storage";
import { expect, test } from "vitest";
import { PartnerPullTimes, readPullTimes } from "./pull-times.js";

const MINUTE = 60_000_000;
const ORIGIN = "repl://a";
const at = (micros: number) => ({ lastPullAtMicros: micros, wholeAtMicros: micros });

test("are written with the first commit, then with one a minute at most, and with the last", () => {
  const times = new PartnerPullTimes();
  expect(times.takeOperations()).toEqual([]);
  times.notePulled(ORIGIN, at(MINUTE));
  expect(times.takeOperations()).toHaveLength(1);
  expect(times.takeOperations({ last: true })).toEqual([]);
  times.noteWhole(ORIGIN, 2 * MINUTE - 1);
  expect(times.takeOperations()).toEqual([]);
  expect(times.takeOperations({ last: true })).toHaveLength(1);
  times.noteWhole(ORIGIN, 3 * MINUTE);
  expect(times.takeOperations()).toHaveLength(1);
  expect(times.of(ORIGIN)).toEqual({ lastPullAtMicros: MINUTE, wholeAtMicros: 3 * MINUTE });
});

test("read back as they were written, and nothing of a partner that was never pulled from", async () => {
  const times = new PartnerPullTimes();
  times.noteWhole("repl://never", MINUTE);
  times.notePulled(ORIGIN, at(MINUTE));
  const [operation] = times.takeOperations();
  const snapshot: Pick<Snapshot, "getMany"> = { getMany: async () => [operation?.value] };
  const read = await readPullTimes(snapshot as Snapshot);
  expect([read.of(ORIGIN), read.of("repl://never")]).toEqual([at(MINUTE), undefined]);
  expect(read.takeOperations({ last: true })).toEqual([]);
});
