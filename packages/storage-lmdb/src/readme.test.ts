import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";

it("runs its first example", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const folder = new URL("../node_modules/.cache/readme/", import.meta.url);
  await mkdir(folder, { recursive: true });
  const file = new URL("example.ts", folder);
  await writeFile(file, example);
  const before = process.cwd();
  process.chdir(folder.pathname);
  const { greeting } = (await import(file.pathname)) as { greeting: string };
  expect(greeting).toBe("hello");
  process.chdir(before);
  await rm(folder, { recursive: true });
});
