import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { TARBALLS } from "./pack.js";

const run = promisify(execFile);

/** Follows a page's `npm install` in a new, empty folder: packages from the tarballs, what they need from the registry. */
export const installInto = async (name: string, command: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), `concordat-${name}-`));
  const line = command.replace("/path/to/concordat/tarballs", TARBALLS);
  if (!/^npm install \S+$/.test(line)) throw new Error(`not a line that installs: ${line}`);
  await run("sh", ["-c", `${line} --no-audit --no-fund --prefer-offline --loglevel=error`], { cwd: folder });
  return folder;
};
