import { parseArgs } from "node:util";
import { pnpm } from "./pnpm.mjs";

/**
 * Kills daemons at random moments while they write, again and again: docs/reliability.md, "Real processes".
 *
 *     npm run chaos -- --cycles 500      as many times as that; 12 without it
 *     npm run chaos -- --seed 7          with the choices of another run
 */
const { values } = parseArgs({
  options: { cycles: { type: "string" }, cuts: { type: "string" }, seed: { type: "string" } },
});
for (const [name, value] of Object.entries(values)) process.env[`CONCORDAT_CHAOS_${name.toUpperCase()}`] = value;

pnpm("install", "--frozen-lockfile", "--reporter=append-only", "--loglevel=warn");
pnpm("exec", "turbo", "run", "build", "--filter=@concordat/node", "--output-logs=errors-only");
pnpm("--filter", "@concordat/node", "exec", "vitest", "run", "test/chaos");
