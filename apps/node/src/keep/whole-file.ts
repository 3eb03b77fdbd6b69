import { randomBytes } from "node:crypto";
import { link, open, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";

export interface WholeFileOptions {
  /** Replace what is there. */
  readonly force: boolean;
}

/**
 * Writes a file that is there whole or not at all: under another name beside it, for this user alone, synced, then renamed. Whatever
 * `write` throws leaves nothing behind. Throws a `CommandError` `file_exists` when it is there and `force` is not given.
 */
export const writeWholeFile = async <T>(
  file: string,
  { force }: WholeFileOptions,
  write: (append: (bytes: Uint8Array) => Promise<void>) => Promise<T>,
): Promise<T> => {
  if (!force && (await stat(file).catch(() => undefined))) throw exists(file);
  const unfinished = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString("hex")}`);
  const handle = await open(unfinished, "wx", 0o600).catch((cause: unknown) => {
    throw cannotWrite(file, cause);
  });
  try {
    const result = await write(async (bytes) => {
      await handle.writeFile(bytes).catch((cause: unknown) => {
        throw cannotWrite(file, cause);
      });
    });
    await handle.sync();
    await handle.close();
    if (force) await rename(unfinished, file);
    else await renameToNew(unfinished, file);
    await syncDirectory(dirname(file));
    return result;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await unlink(unfinished).catch(() => undefined);
    throw error;
  }
};

/** A rename would replace a file that came meanwhile; a link does not. */
const renameToNew = async (from: string, to: string): Promise<void> => {
  try {
    await link(from, to);
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw exists(to);
    // A file system without links.
    return rename(from, to);
  }
  await unlink(from);
};

/** Makes the new name durable as well as the bytes. */
const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const exists = (file: string): CommandError =>
  new CommandError(`${file} is there already, and was not touched`, {
    code: "file_exists",
    remedy: "choose another name, or pass --force to replace it",
  });

const cannotWrite = (file: string, cause: unknown): CommandError =>
  new CommandError(`cannot write ${file}: ${codeOf(cause) ?? String(cause)}`, { code: "unwritable", cause });
