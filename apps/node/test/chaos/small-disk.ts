import { execFile } from "node:child_process";
import { cp, mkdir, rename } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A disk with little room, which more can be given to. */
export interface SmallDisk {
  /** What the daemon is started with. */
  readonly launcher: readonly string[];
  /** @param pid the daemon's. */
  makeRoom(pid: number): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Puts `directory`, with what is in it, on a file system of its own where this user may mount one; otherwise limits the size of the
 * daemon's files.
 */
export const smallDisk = async (directory: string, mebibytes: number): Promise<SmallDisk> => {
  const before = `${directory}.before`;
  await rename(directory, before);
  await mkdir(directory, { mode: 0o700 });
  const mounted = await mount(directory, mebibytes);
  await cp(before, directory, { recursive: true });
  if (!mounted) return limitedFiles(mebibytes);
  return {
    launcher: [],
    makeRoom: async () => void (await run("mount", ["-o", "remount,size=256m", directory])),
    remove: async () => void (await run("umount", ["--lazy", directory])),
  };
};

const mount = (directory: string, mebibytes: number): Promise<boolean> =>
  run("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m,mode=0700`, "tmpfs", directory]).then(
    () => true,
    () => false,
  );

const limitedFiles = (mebibytes: number): SmallDisk => ({
  launcher: ["prlimit", `--fsize=${mebibytes * 2 ** 20}:unlimited`],
  makeRoom: async (pid) => void (await run("prlimit", ["--pid", String(pid), "--fsize=unlimited"])),
  remove: async () => undefined,
});
