import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textLines } from "./text-lines.js";

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}

const linesOf = async (bytes: Uint8Array, sizes: readonly number[]): Promise<(string | undefined)[]> => {
  const lines: (string | undefined)[] = [];
  for await (const { text } of textLines(chunked(bytes, sizes))) lines.push(text);
  return lines;
};

describe("text lines", () => {
  it("are the same however the bytes arrive", async () => {
    const text = fc.array(fc.string({ unit: "grapheme" }).map((line) => line.replaceAll(/[\r\n]/g, "")));
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(7)), async (lines, sizes) => {
        const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
        // A byte order mark is no part of a text.
        expect(await linesOf(bytes, sizes)).toEqual(lines.map((line) => line.replace(/^\ufeff/, "")));
      }),
    );
  });

  it("may end without a newline, and with carriage returns", async () => {
    expect(await linesOf(Buffer.from("a\r\n\r\nb"), [2])).toEqual(["a", "", "b"]);
  });

  it("are undefined where they are no UTF-8, and the next one is read", async () => {
    expect(await linesOf(Buffer.from([0x61, 0xff, 0x0a, 0x62]), [])).toEqual([undefined, "b"]);
  });
});
