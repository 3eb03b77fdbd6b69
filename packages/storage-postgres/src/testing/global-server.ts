import { env, stderr } from "node:process";
import type { TestProject } from "vitest/node";
import { startPostgres } from "./postgres-server.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Of a running server; `undefined` where this machine has no PostgreSQL. */
    readonly postgresUrl: string | undefined;
  }
}

const MISSING = "PostgreSQL is not installed, and what needs it was not tested: apt-get install postgresql";

export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const server = await startPostgres();
  if (server === undefined && env.CI === "true") throw new Error(MISSING);
  project.provide("postgresUrl", server?.url);
  return async () => {
    if (server === undefined) stderr.write(`\n${MISSING}\n`);
    await server?.stop();
  };
};
