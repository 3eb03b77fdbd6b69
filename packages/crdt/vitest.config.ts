import { defineConfig } from "vitest/config";

// Whoever tests on a busy machine waits longer.
export default defineConfig({ test: { setupFiles: ["../../scripts/property-seed.mjs"], testTimeout: 120_000 } });
