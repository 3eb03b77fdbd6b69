import { defineConfig } from "vitest/config";

// One server for all files, started and stopped around them.
export default defineConfig({ test: { globalSetup: ["src/testing/global-server.ts"], hookTimeout: 60_000 } });
