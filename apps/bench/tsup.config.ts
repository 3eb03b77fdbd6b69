import { defineConfig } from "tsup";

export default defineConfig({
  entry: { cli: "src/cli.ts", subject: "src/subject/subject-process.ts" },
  format: "esm",
  target: "node20",
  sourcemap: true,
  clean: true,
});
