import { mkdir, readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";

test("the first example of the README runs and says what it shows", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const directory = new URL("../node_modules/.cache/", import.meta.url);
  await mkdir(directory, { recursive: true });
  const file = new URL("readme-example.ts", directory);
  await writeFile(file, example);
  const { request, reply, bytesOnTheWire, value } = await import(/* @vite-ignore */ file.href);
  expect([request, reply, bytesOnTheWire]).toEqual([{ type: "ping" }, { type: "pong" }, 6]);
  expect(value).toEqual({ size: 2n ** 63n, tags: ["new"], title: "hello" });
});
