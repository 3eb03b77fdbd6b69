import { expect, test } from "vitest";
import { SeededRandom } from "../seeded-random.js";
import { VirtualTime } from "./virtual-time.js";

test("events happen in the order of their times, those of one moment in the order of scheduling, cancelled ones never", () => {
  const time = new VirtualTime();
  const random = new SeededRandom(5);
  const happened: { readonly atMs: number; readonly order: number }[] = [];
  const due: { readonly atMs: number; readonly order: number }[] = [];
  for (let order = 0; order < 500; order += 1) {
    const atMs = random.below(40);
    const event = time.after(atMs, () => happened.push({ atMs: time.nowMs, order }));
    if (random.chance(0.3)) event.cancel();
    else due.push({ atMs, order });
  }
  expect(time.pending).toBe(due.length);
  while (time.advance());
  expect(happened).toEqual(due.sort((left, right) => left.atMs - right.atMs || left.order - right.order));
  expect(time.nextAtMs()).toBeUndefined();
});
