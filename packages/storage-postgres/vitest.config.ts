import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    setupFiles: ["../../scripts/property-seed.mjs"],
    // One server for all files, started and stopped around them.
    globalSetup: ["src/testing/global-server.ts"],
    // A server that was crashed recovers before it answers, which takes as long as the disk does.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
