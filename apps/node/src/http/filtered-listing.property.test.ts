import type { Value } from "@concordat/crdt";
import type { Schema } from "@concordat/replica";
import fc from "fast-check";
import { expect, it } from "vitest";
import { openApi } from "./testing/api-under-test.js";

const SCHEMA: Schema = { name: { index: true }, tags: { merge: "set", index: true }, "a.b": { index: true } };

const SCALARS = ["x", "X", "x ", "", "1", 1, 0, 1.5, 2 ** 53, 2n ** 53n, 2n ** 64n - 1n, 1e20, true, false] as const;
const OPERANDS = ["9007199254740992", "9007199254740992.0", "18446744073709551616", "1e20", "-0", "null", '"\\ud800"'];

const scalar = fc.constantFrom<Value>(...SCALARS);
const value: fc.Arbitrary<Value> = fc.oneof(
  scalar,
  fc.array(fc.oneof(scalar, fc.array(scalar, { maxLength: 1 })), { maxLength: 3 }),
  fc.record({ b: scalar }),
  fc.constant(new Uint8Array([0x78])),
);
const attributes = fc.record(
  { name: value, tags: fc.array(scalar, { maxLength: 3 }), a: value, "a.b": value, other: scalar },
  { requiredKeys: [] },
);

const operand = fc.oneof(
  scalar.map((one) => (typeof one === "bigint" ? `${one}` : JSON.stringify(one))),
  fc.constantFrom(...OPERANDS),
);
const comparison = fc
  .tuple(fc.constantFrom("name", "tags", "a", "a.b", "other"), fc.constantFrom("eq", "eq", "eq", "ne"), operand)
  .map((parts) => parts.join(" "));
const filter = fc.oneof(
  comparison,
  fc.tuple(comparison, fc.constantFrom("and", "and", "or"), comparison).map((parts) => parts.join(" ")),
  comparison.map((one) => `not (${one})`),
);

it("lists the same with an index as without one", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(attributes, { maxLength: 12 }),
      fc.array(filter, { minLength: 1, maxLength: 8 }),
      fc.constantFrom("1", "3", "100"),
      async (entries, filters, limit) => {
        const { replica, send } = await openApi({ attributes: SCHEMA });
        for (const entry of entries) await replica.create(entry);
        const list = async (text: string): Promise<string[]> => {
          const uuids: string[] = [];
          let cursor = "";
          do {
            const query = new URLSearchParams({ filter: text, limit, ...(cursor && { cursor }) });
            const page = (await (await send("GET", `/v1/entries?${query}`)).json()) as {
              entries: { uuid: string }[];
              next?: string;
            };
            uuids.push(...page.entries.map(({ uuid }) => uuid));
            cursor = page.next ?? "";
          } while (cursor);
          return uuids;
        };
        const indexed = [];
        for (const text of filters) indexed.push(await list(text));
        await replica.setSchema({ ...SCHEMA, name: {}, tags: { merge: "set" }, "a.b": {} });
        const scanned = [];
        for (const text of filters) scanned.push(await list(text));
        expect(indexed).toEqual(scanned);
        await replica.close();
      },
    ),
    { numRuns: 150 },
  );
}, 240_000);
