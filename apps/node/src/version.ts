import { readFileSync } from "node:fs";

/** The version of this program, from the package.json that it ships with. */
export const VERSION: string = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;

/** What `Hello` calls this program. */
export const SOFTWARE = `concordat/${VERSION}`;
