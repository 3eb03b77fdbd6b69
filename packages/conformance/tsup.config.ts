import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/tls/index.ts"],
  format: "esm",
  target: "node20",
  sourcemap: true,
  clean: false,
  // The protocol's vectors become part of the package.
  noExternal: [/\/vectors\//],
});
