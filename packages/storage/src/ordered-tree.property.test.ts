import fc from "fast-check";
import { expect, it } from "vitest";
import { OrderedTree } from "./ordered-tree.js";
import type { Operation } from "./store.js";

const numbered = (n: number): Uint8Array => Uint8Array.of(n >>> 8, n & 0xff);
const operation: fc.Arbitrary<Operation> = fc
  .tuple(fc.nat({ max: 2000 }), fc.boolean(), fc.nat({ max: 255 }))
  .map(([n, deletes, value]) => ({ key: numbered(n), value: deletes ? undefined : Uint8Array.of(value) }));
const batch = fc.array(operation, { minLength: 100, maxLength: 400, size: "max" });
/** A run of neighbours: fills nodes to splitting, and empties them. */
const stretch: fc.Arbitrary<Operation[]> = fc
  .record({
    first: fc.nat({ max: 1500 }),
    count: fc.nat({ max: 500 }),
    value: fc.option(fc.nat({ max: 255 }), { nil: undefined }),
  })
  .map(({ first, count, value }) =>
    Array.from({ length: count }, (_, n) => ({
      key: numbered(first + n),
      value: value === undefined ? undefined : Uint8Array.of(value),
    })),
  );

const content = (tree: OrderedTree, reverse: boolean): string[] => {
  const rows: string[] = [];
  tree.scan({ from: new Uint8Array(0), reverse }, (key, value) => rows.push(`${key.join(".")}=${value.join(".")}`) > 0);
  return rows;
};

it("holds what the batches left, and every tree keeps its own content while newer ones are made from it", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(batch, stretch), { minLength: 2, maxLength: 8 }), (batches) => {
      let tree = OrderedTree.empty;
      const expected = new Map<string, string>();
      const moments: { readonly tree: OrderedTree; readonly rows: readonly string[] }[] = [];
      for (const operations of batches) {
        tree = tree.with(operations);
        for (const { key, value } of operations) {
          if (value === undefined) expected.delete(Buffer.from(key).toString("hex"));
          else expected.set(Buffer.from(key).toString("hex"), `${key.join(".")}=${value.join(".")}`);
        }
        const rows = [...expected].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
        moments.push({ tree, rows });
      }
      for (const moment of moments) {
        expect(content(moment.tree, false)).toEqual(moment.rows);
        expect(content(moment.tree, true)).toEqual([...moment.rows].reverse());
      }
    }),
    // Shrinking histories this long takes minutes; the seed is enough to look at one.
    { numRuns: 60, endOnFailure: true },
  );
});
