import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface RedirectFile {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * A file, its owner's alone, that leads a browser to `url`. What a browser is started with stands in the list of
 * processes, where every user of the machine could read the link's token; the file's name tells nothing.
 */
export const createRedirectFile = async (url: string): Promise<RedirectFile> => {
  const directory = await mkdtemp(join(tmpdir(), "concordat-ui-"));
  const path = join(directory, "open.html");
  const page = `<!doctype html><meta http-equiv="refresh" content="0;url=${url}"><title>Concordat</title>`;
  await writeFile(path, page, { mode: 0o600 });
  return { path, remove: () => rm(directory, { recursive: true, force: true }) };
};
