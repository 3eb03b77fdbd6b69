import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);

it("ships the built page inside its own package", async () => {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path).filter((path) => path.startsWith("dist/ui/"));
  expect(paths).toContain("dist/ui/index.html");
  for (const ending of [".js", ".css", ".svg"]) expect(paths.some((path) => path.endsWith(ending))).toBe(true);
});
