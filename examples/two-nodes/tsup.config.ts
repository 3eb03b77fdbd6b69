import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/two-nodes.ts"],
  format: "esm",
  target: "node20",
  sourcemap: true,
  clean: false,
});
