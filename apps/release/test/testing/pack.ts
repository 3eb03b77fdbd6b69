import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where the packed packages are, for the tests and until the next run. */
export const TARBALLS = fileURLToPath(new URL("../../node_modules/.cache/tarballs", import.meta.url));

/** Packs every package that is published, as `npm run pack` does; what is packed was built before. */
export const setup = (): void => {
  rmSync(TARBALLS, { recursive: true, force: true });
  mkdirSync(TARBALLS, { recursive: true });
  execFileSync(process.execPath, [fileURLToPath(new URL("../../../../scripts/pack.mjs", import.meta.url)), TARBALLS], {
    stdio: ["ignore", "ignore", "inherit"],
  });
};
