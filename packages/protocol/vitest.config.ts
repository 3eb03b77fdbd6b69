import { defineConfig } from "vitest/config";

export default defineConfig({ test: { setupFiles: ["./test/replay-seed.ts"], testTimeout: 120_000 } });
