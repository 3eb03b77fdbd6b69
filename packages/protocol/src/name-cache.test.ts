import { expect, test } from "vitest";
import { decodeName } from "./name-cache.js";

const encoder = new TextEncoder();

const decoded = (text: string): string => {
  const bytes = encoder.encode(`<${text}>`);
  return decodeName(bytes, 1, bytes.length - 1);
};

test("more names than the cache has places come back as they are, again and again", () => {
  for (let round = 0; round < 3; round += 1) {
    for (let index = 0; index < 5_000; index += 1) expect(decoded(`name${index}`)).toBe(`name${index}`);
  }
});

test("a name is not taken for another whose characters are its bytes", () => {
  let met = 0;
  for (let index = 0; index < 40_000; index += 1) {
    const name = `${index % 20}${String.fromCharCode(0x80 + (index % 1_900))}`;
    const lookalike = String.fromCharCode(...encoder.encode(name));
    if (decoded(lookalike) === lookalike && decoded(name) === name) met += 1;
  }
  expect(met).toBe(40_000);
});

test.each(["", "x".repeat(32), "x".repeat(33), "\uFEFFbom", "Ωmega", "__proto__"])("%j", (name) => {
  expect(decoded(name)).toBe(name);
  expect(decoded(name)).toBe(name);
});
