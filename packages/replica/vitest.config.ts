import { defineConfig } from "vitest/config";

/** Says that something hangs, not that it is slow: whoever tests on a busy machine, or draws many histories, waits longer. */
const testTimeout = 120_000 + 1_000 * Number(process.env.CONCORDAT_PROPERTY_RUNS ?? 0);

export default defineConfig({ test: { setupFiles: ["../../scripts/property-seed.mjs"], testTimeout } });
