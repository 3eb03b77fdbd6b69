import { open } from "node:fs/promises";

/** Makes the names in `path` as durable as the files' bytes. */
export const syncDirectory = async (path: string): Promise<void> => {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};
