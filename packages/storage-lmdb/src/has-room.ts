import { open, rm, stat } from "node:fs/promises";
import { isNoRoom } from "./medium-error.js";

const PIECE = new Uint8Array(1 << 20);

/**
 * Whether `file` could grow by `bytes`, tried out on a file beside it: what is free, a quota and the greatest size of a file all
 * count, and only the system knows them all. Answers yes where it cannot be tried out for another reason.
 */
export const hasRoom = async (file: string, bytes: number): Promise<boolean> => {
  const probe = `${file}.probe`;
  try {
    const { size } = await stat(file);
    await tryOut(probe, bytes, size + bytes);
    return true;
  } catch (error) {
    return !isNoRoom(error);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
};

/** Takes so many bytes of the disk, and reaches as far into a file, which takes nothing. */
const tryOut = async (probe: string, bytes: number, fileBytes: number): Promise<void> => {
  const handle = await open(probe, "w", 0o600);
  try {
    for (let left = bytes; left > 0; left -= PIECE.length) await handle.appendFile(PIECE.subarray(0, left));
    await handle.write(PIECE, 0, 1, fileBytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
};
