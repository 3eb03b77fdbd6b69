import { defineConfig } from "vitest/config";

// Synced commits and child processes take seconds on a busy machine.
export default defineConfig({ test: { testTimeout: 120_000 } });
