import { defineConfig } from "vitest/config";

export default defineConfig({ test: { setupFiles: ["../../scripts/property-seed.mjs"], testTimeout: 120_000 } });
