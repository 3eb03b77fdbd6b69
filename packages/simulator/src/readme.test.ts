import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { simulate } from "./index.js";

const AsyncFunction = (async () => undefined).constructor as new (...code: string[]) => (...args: unknown[]) => unknown;

test("the example of the README runs, and keeps every promise", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const example = /```ts\n(?<code>.*?)```/s.exec(readme)?.groups?.code ?? "";
  const log = vi.fn();
  await new AsyncFunction("simulate", "console", example.replace(/^import .*$/m, ""))(simulate, { log });
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/changes, equal after \d+ rounds/));
}, 240_000);
