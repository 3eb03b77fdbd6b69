import { mkdir, readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";

test("the example of the README runs and says what it shows", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const directory = new URL("../node_modules/.cache/", import.meta.url);
  await mkdir(directory, { recursive: true });
  const file = new URL("readme-example.ts", directory);
  await writeFile(file, example);
  const { ids, pages } = await import(/* @vite-ignore */ file.href);
  expect(ids).toContain("merge.register");
  expect([...pages]).toContain("5. Entry records");
});
