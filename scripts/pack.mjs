// Packs every package that is published: node scripts/pack.mjs DIRECTORY. Build them first.
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pnpm } from "./pnpm.mjs";

const root = new URL("..", import.meta.url);
const published = ["packages", "apps", "examples"]
  .flatMap((folder) => readdirSync(new URL(folder, root)).map((name) => `${folder}/${name}/package.json`))
  .map((file) => JSON.parse(readFileSync(new URL(file, root), "utf8")))
  .filter((manifest) => manifest.private !== true)
  .map(({ name }) => `--filter=${name}`);

pnpm(...published, "pack", "--pack-destination", resolve(process.argv[2] ?? "tarballs"));
