import { spawnSync } from "node:child_process";
import type { TestContext } from "vitest";

/** What `openssl` printed. Throws with what it said on stderr if it failed. */
export const openssl = (args: readonly string[], input = ""): string => {
  const { status, stdout, stderr, error } = spawnSync("openssl", args, { input, encoding: "utf8" });
  if (error) throw error;
  if (status !== 0) throw new Error(`openssl ${args.join(" ")} failed: ${stderr}${stdout}`);
  return stdout;
};

/** Without an `openssl` to ask, a test proves nothing: it fails in CI (CI=true), and elsewhere is left out with the reason. */
export const needOpenssl = (context: TestContext): void => {
  const { error } = spawnSync("openssl", ["version"]);
  if (error === undefined) return;
  const reason = `the openssl command cannot be run (${error.message}): install openssl to check certificates against it`;
  if (process.env.CI === "true") throw new Error(reason);
  context.skip(reason);
};
