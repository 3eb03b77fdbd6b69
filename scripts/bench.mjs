import { pnpm } from "./pnpm.mjs";

pnpm("install", "--frozen-lockfile", "--reporter=append-only", "--loglevel=warn");
pnpm("exec", "turbo", "run", "build", "--output-logs=errors-only");
pnpm("--filter", "@concordat/bench", "exec", "node", "dist/cli.js", ...process.argv.slice(2));
