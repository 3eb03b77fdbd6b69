import { pnpm } from "./pnpm.mjs";

pnpm("install", "--frozen-lockfile", "--reporter=append-only", "--loglevel=warn");
pnpm("exec", "turbo", "run", "build", "--filter=@concordat/example-two-nodes...", "--output-logs=errors-only");
pnpm("--filter=@concordat/example-two-nodes", "--silent", "start");
