import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const packageFile = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

test("the README's example runs, and says what the README says", async () => {
  const readme = readFileSync(packageFile("README.md"), "utf8");
  const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const [, output = ""] = /```text\n(.*?)\n```/s.exec(readme) ?? [];
  mkdirSync(packageFile("node_modules/.cache"), { recursive: true });
  const file = packageFile("node_modules/.cache/readme-example.ts");
  writeFileSync(file, example);
  const { report } = (await import(pathToFileURL(file).href)) as { readonly report: string };
  expect(output.length).toBeGreaterThan(100);
  expect(report).toBe(output);
});
