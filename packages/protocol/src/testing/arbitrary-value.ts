import type { Value } from "@concordat/crdt";
import fc from "fast-check";

/** Texts that stress the encoding: every width of UTF-8, the borders of the length forms, a byte order mark first. */
export const arbitraryText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom("", "__proto__", "constructor", "10", "9", "\uFEFFmark", "\uFFFD", "𐀀", "\uE000"),
  },
  { weight: 1, arbitrary: fc.constantFrom(31, 32, 255, 256).map((length) => "x".repeat(length)) },
);

/** Integers at both sides of every border between two forms, and anywhere. */
const arbitraryInteger: fc.Arbitrary<number> = fc.oneof(
  fc
    .tuple(fc.constantFrom(5, 7, 8, 15, 16, 31, 32, 52, 53), fc.integer({ min: -2, max: 2 }), fc.boolean())
    .map(([bits, offset, negative]) => (2 ** bits + offset) * (negative ? -1 : 1))
    .filter(Number.isSafeInteger),
  fc.maxSafeInteger(),
);

const arbitraryFloat = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(2 ** 53, -(2 ** 53), 2 ** 64, 5e-324, 0.1),
  )
  .map((value) => value + 0);

const arbitraryBigInt = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n });

const arbitraryBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom(255, 256).map((length) => new Uint8Array(length).fill(7)),
);

export const arbitraryScalar: fc.Arbitrary<Value> = fc.oneof(
  arbitraryText,
  arbitraryInteger,
  arbitraryFloat,
  arbitraryBigInt,
  fc.boolean(),
  arbitraryBytes,
);

/** Any value that can be encoded; integers come as numbers and as bigints. */
export const arbitraryValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true, maxDepth: 8 },
    arbitraryScalar,
    fc.array(tie("value"), { maxLength: 20 }),
    fc.dictionary(fc.oneof(fc.string({ maxLength: 6 }), arbitraryText), tie("value"), {
      maxKeys: 20,
      noNullPrototype: true,
    }),
  ),
})).value;
