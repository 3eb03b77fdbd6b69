import { expect, it } from "vitest";
import { jsonLines } from "./json-lines.js";

it("reads lines however they are cut, umlauts included", async () => {
  const bytes = new TextEncoder().encode('{"a":"ä"}\n{"b":2}\n\n{"c":3}');
  for (let size = 1; size <= bytes.length; size += 1) {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
    const values: unknown[] = [];
    for await (const value of jsonLines(body)) values.push(value);
    expect(values).toEqual([{ a: "ä" }, { b: 2 }, { c: 3 }]);
  }
});
