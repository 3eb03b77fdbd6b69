import fc from "fast-check";
import { expect, test } from "vitest";
import { compareChangeIds, randomUuid, type ServerUuid, settleUnique, type UniqueClaim, type Uuid } from "./index.js";

const uuid = <U extends Uuid | ServerUuid>(seed: number): U => randomUuid<U>(new Uint8Array(16).fill(seed));

/** Claims of different entries, of few times and servers, so that ties are common. */
const claims: fc.Arbitrary<UniqueClaim[]> = fc.uniqueArray(
  fc
    .record({ entry: fc.nat(9), ts: fc.nat(2), server: fc.nat(1) })
    .map(({ entry, ts, server }) => ({ uuid: uuid<Uuid>(entry), changeId: { ts, server: uuid<ServerUuid>(server) } })),
  { selector: (claim) => claim.uuid, maxLength: 6 },
);

const shuffled = claims.chain((some) =>
  fc.shuffledSubarray(some, { minLength: some.length }).map((others) => [some, others] as const),
);

const policy = fc.constantFrom("earliest", "all");

test("the order in which claims come does not matter", () => {
  fc.assert(
    fc.property(shuffled, policy, ([some, others], chosen) => {
      expect(settleUnique(others, chosen)).toEqual(settleUnique(some, chosen));
    }),
  );
});

test("every claim is either kept or masked, once, and the arguments stay as they were", () => {
  fc.assert(
    fc.property(claims, policy, (some, chosen) => {
      const before = [...some];
      const { holder, masked } = settleUnique(some, chosen);
      const settled = [...(holder ? [holder] : []), ...masked];
      expect(settled).toHaveLength(some.length);
      expect(new Set(settled)).toEqual(new Set(some));
      expect(some).toEqual(before);
    }),
  );
});

test("earliest: exactly one of them keeps the value, and none was written before it", () => {
  fc.assert(
    fc.property(claims, (some) => {
      const { holder, masked } = settleUnique(some, "earliest");
      expect(holder === undefined).toBe(some.length === 0);
      expect(masked).toHaveLength(Math.max(0, some.length - 1));
      for (const claim of masked) if (holder) expect(compareChangeIds(holder.changeId, claim.changeId)).toBeLessThan(1);
    }),
  );
});

test("all: one alone keeps it, of several none does", () => {
  fc.assert(
    fc.property(claims, (some) => {
      const { holder, masked } = settleUnique(some, "all");
      expect(holder).toEqual(some.length === 1 ? some[0] : undefined);
      expect(masked).toHaveLength(some.length > 1 ? some.length : 0);
    }),
  );
});

test("the masked are listed with the newest first", () => {
  fc.assert(
    fc.property(claims, policy, (some, chosen) => {
      const { masked } = settleUnique(some, chosen);
      for (const [index, claim] of masked.slice(1).entries()) {
        const before = masked[index] as UniqueClaim;
        const order = compareChangeIds(before.changeId, claim.changeId);
        expect(order > 0 || (order === 0 && before.uuid > claim.uuid)).toBe(true);
      }
    }),
  );
});
