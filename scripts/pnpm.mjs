import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const root = new URL("..", import.meta.url);
const { packageManager } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));

/** Runs the pinned pnpm, which npm fetches when it is not there yet. Ends this process when it fails. */
export const pnpm = (...args) => {
  const command = ["--yes", packageManager, ...args];
  const { status, error } = spawnSync("npx", command, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error) throw error;
  if (status !== 0) {
    process.stderr.write(`\npnpm ${args.join(" ")} failed (exit ${status}).\n`);
    process.exit(status ?? 1);
  }
};
