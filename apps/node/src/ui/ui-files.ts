import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export interface UiFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
}

/** The page's files by their path below it, with slashes; `index.html` is the page. */
export type UiFiles = ReadonlyMap<string, UiFile>;

/** Reads what the build laid into `directory`: some ten files, a few dozen kilobytes. */
export const readUiFiles = async (directory: string): Promise<UiFiles> => {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return new Map(
    await Promise.all(
      paths.map(async (path): Promise<[string, UiFile]> => {
        const contentType = CONTENT_TYPES[extname(path)] ?? "application/octet-stream";
        const name = relative(directory, path).split(sep).join("/");
        return [name, { bytes: new Uint8Array(await readFile(path)), contentType }];
      }),
    ),
  );
};

/** Beside the built command line. */
export const UI_DIRECTORY: string = fileURLToPath(new URL("./ui/", import.meta.url));

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};
