import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Makes `directory`, and what leads to it, for this user alone; what exists keeps its rights. Durable when it resolves. */
export const ensureDirectory = async (directory: string): Promise<void> => {
  const first = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = directory; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
};

/** Makes the entries of `directory` durable: files made, renamed or removed in it. */
export const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Replaces the content of `file` atomically: afterwards, and after a crash, it is the old or the new one, whole. */
export const replaceFile = async (file: string, content: string): Promise<void> => {
  const next = `${file}.tmp`;
  const handle = await open(next, "w", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(next, file);
  await syncDirectory(dirname(file));
};
