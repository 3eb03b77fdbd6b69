import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";

const root = new URL("..", import.meta.url);
const { packageManager } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));

const processOf = (args) => ["npx", ["--yes", packageManager, ...args]];
const options = { cwd: root, shell: process.platform === "win32" };

/** Runs the pinned pnpm, which npm fetches when it is not there yet. Ends this process when it fails. */
export const pnpm = (...args) => {
  const { status, error } = spawnSync(...processOf(args), { ...options, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) fail(args, status);
};

/**
 * Runs two at the same time, so that one computes while the other waits. Once both have ended, what the second said is told, and
 * this process ends if one of them failed.
 */
export const pnpmBoth = async (first, second) => {
  const told = spawn(...processOf(first), { ...options, stdio: "inherit" });
  const kept = spawn(...processOf(second), { ...options, stdio: ["ignore", "pipe", "inherit"] });
  const ends = [once(told, "close"), once(kept, "close"), text(kept.stdout)];
  const [[toldStatus], [keptStatus], said] = await Promise.all(ends);
  process.stdout.write(said);
  if (toldStatus !== 0) fail(first, toldStatus);
  if (keptStatus !== 0) fail(second, keptStatus);
};

const fail = (args, status) => {
  process.stderr.write(`\npnpm ${args.join(" ")} failed (exit ${status}).\n`);
  process.exit(status ?? 1);
};
