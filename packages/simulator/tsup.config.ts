import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts", cli: "src/command/cli.ts", worker: "src/command/worker.ts" },
  format: "esm",
  target: "node20",
  sourcemap: true,
  clean: false,
});
