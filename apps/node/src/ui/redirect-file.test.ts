import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { expect, it } from "vitest";
import { createRedirectFile } from "./redirect-file.js";

it("leads to the link, is its owner's alone, and goes without a trace", async () => {
  const { path, remove } = await createRedirectFile("http://127.0.0.1:1/folder/#token");
  expect(await readFile(path, "utf8")).toContain('content="0;url=http://127.0.0.1:1/folder/#token"');
  expect((await stat(path)).mode & 0o077).toBe(0);
  expect((await stat(dirname(path))).mode & 0o077).toBe(0);
  await remove();
  await expect(stat(dirname(path))).rejects.toThrow("ENOENT");
});
