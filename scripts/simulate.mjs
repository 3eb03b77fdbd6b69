import { pnpm } from "./pnpm.mjs";

pnpm("install", "--frozen-lockfile", "--reporter=append-only", "--loglevel=warn");
pnpm("exec", "turbo", "run", "build", "--filter=@concordat/simulator", "--output-logs=errors-only");
pnpm("--filter", "@concordat/simulator", "exec", "node", "dist/cli.js", ...process.argv.slice(2));
