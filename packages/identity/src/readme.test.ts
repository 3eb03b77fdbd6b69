import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";

test("the first example of the README runs", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const cache = new URL("../node_modules/.cache/", import.meta.url);
  await mkdir(cache, { recursive: true });
  await writeFile(new URL("readme-example.ts", cache), example);
  const temporary = await mkdtemp(join(tmpdir(), "concordat-identity-"));
  vi.stubEnv("TMPDIR", temporary);
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await import(new URL("readme-example.ts", cache).href);
    expect(log.mock.calls).toEqual([
      [expect.stringMatching(/^certificate: "MII[A-Za-z0-9+/=]+"$/)],
      [
        expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
        ["localhost"],
        expect.objectContaining({ kind: "valid" }),
      ],
      [true],
    ]);
  } finally {
    log.mockRestore();
    vi.unstubAllEnvs();
    await rm(temporary, { recursive: true });
  }
});
