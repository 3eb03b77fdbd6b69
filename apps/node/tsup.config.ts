import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/cli.ts"],
  format: "esm",
  target: "node20",
  sourcemap: true,
  // The page of `concordat ui`, as `@concordat/ui` has built it: nothing is built at run time.
  publicDir: "node_modules/@concordat/ui/dist/static",
  clean: true,
});
