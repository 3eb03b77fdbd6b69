import { defineConfig } from "vite";

export default defineConfig({
  root: "src",
  // Every address is relative: the page lies under a path that is another one each time.
  base: "./",
  build: {
    // `apps/node` takes `dist/static` over as it is: a folder named as it is in its own dist.
    outDir: "../dist/static/ui",
    emptyOutDir: true,
    target: "es2022",
    // Its polyfill would be an inline script, and what it polyfills is in every browser of the target.
    modulePreload: false,
    assetsInlineLimit: 0,
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
