import { defineConfig } from "vitest/config";

/** `pnpm --filter @concordat/node screenshots`: the pictures of docs/ui.md, anew. */
export default defineConfig({
  test: { include: ["test/ui/screenshots.ts"], testTimeout: 180_000, hookTimeout: 60_000 },
});
