import { parseArgs } from "node:util";
import { pnpm } from "./pnpm.mjs";

/**
 * Feeds the readers of what strangers write with damaged samples: docs/security.md.
 *
 *     npm run fuzz -- --cases 10000000            as many cases as that; 200,000 without it
 *     npm run fuzz -- --seed 7 --first 123 --cases 1     one case of a run again
 */
const { values } = parseArgs({
  options: { cases: { type: "string" }, seed: { type: "string" }, first: { type: "string" } },
});
for (const [name, value] of Object.entries(values)) process.env[`CONCORDAT_FUZZ_${name.toUpperCase()}`] = value;

pnpm("install", "--frozen-lockfile", "--reporter=append-only", "--loglevel=warn");
pnpm("exec", "turbo", "run", "build", "--filter=@concordat/node", "--output-logs=errors-only");
pnpm("--filter", "@concordat/node", "exec", "vitest", "run", "test/fuzz");
