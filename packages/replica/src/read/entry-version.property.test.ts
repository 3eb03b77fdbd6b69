import type { Uuid } from "@concordat/crdt";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AttributeChanges } from "../index.js";
import { closeAll, expectSound, pullOnce, type TestNode, topology } from "../testing/test-topology.js";

const UUID = "66666666-6666-4666-8666-666666666666" as Uuid;
const letter = fc.constantFrom("a", "b", "c");

const change: fc.Arbitrary<AttributeChanges> = fc.oneof(
  fc.record({ title: fc.option(letter, { nil: undefined }) }),
  fc.record({
    tags: fc.record({ add: fc.array(letter, { maxLength: 2 }), remove: fc.array(letter, { maxLength: 2 }) }),
  }),
  fc.record({
    settings: fc.record({ set: fc.dictionary(letter, fc.nat(2)), remove: fc.array(letter, { maxLength: 1 }) }),
  }),
  fc.record({ hits: fc.record({ increment: fc.integer({ min: -1, max: 1 }) }) }),
  fc.dictionary(letter, fc.nat(1)),
);

const step = fc.record({ at: fc.nat(2), from: fc.nat(2), pulls: fc.boolean(), change });

test("two versions are equal exactly when the merged states are, on whichever node and at whatever time", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25, size: "max" }), async (steps) => {
      const nodes = await topology(["a", "b", "c"]);
      const [first] = nodes as [TestNode];
      await first.replica.create({}, { uuid: UUID });
      for (const node of nodes) if (node !== first) await pullOnce(node, first);
      const versionOf = new Map<string, string>();
      const digestOf = new Map<string, string>();
      for (const { at, from, pulls, change } of steps) {
        const node = nodes[at] as TestNode;
        if (!pulls) {
          const { result } = await node.replica.transact(async (transaction) => {
            await transaction.modify(UUID, change);
            return (await transaction.get(UUID))?.version;
          });
          expect((await node.replica.get(UUID))?.version).toBe(result);
        } else if (at !== from) await pullOnce(node, nodes[from] as TestNode);
        const version = (await node.replica.get(UUID))?.version ?? "";
        const { sha256 } = await node.replica.digest();
        expect(versionOf.get(sha256) ?? version).toBe(version);
        expect(digestOf.get(version) ?? sha256).toBe(sha256);
        versionOf.set(sha256, version);
        digestOf.set(version, sha256);
      }
      await expectSound(nodes);
      await closeAll(nodes);
    }),
    { numRuns: 60 },
  );
}, 240_000);
