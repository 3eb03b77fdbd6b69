import { expect, it } from "vitest";
import { openapiDocument } from "../src/http/openapi/openapi-document.js";
import { createProgram } from "../src/program.js";
import { commandTree } from "../src/reference/command-tree.js";
import { commandsPage } from "../src/reference/commands-page.js";
import { manPage } from "../src/reference/man-page.js";
import { VERSION } from "../src/version.js";
import { errorCodesPage } from "./testing/book/error-codes-page.js";
import { httpApiPage } from "./testing/book/http-api-page.js";
import { metricsPage } from "./testing/book/metrics-page.js";

// `pnpm generate` writes these files anew; without it, a file that the program has moved away from fails here.

it("docs/openapi.json is what GET /openapi.json answers", async () => {
  const text = `${JSON.stringify(openapiDocument(VERSION), undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot("../../../docs/openapi.json");
});

it("concordat.1 is the manual of the program as it is", async () => {
  await expect(manPage(commandTree(createProgram()), VERSION)).toMatchFileSnapshot("../man/concordat.1");
});

it("docs/commands.md has every command as it is", async () => {
  await expect(commandsPage(commandTree(createProgram()))).toMatchFileSnapshot("../../../docs/commands.md");
});

it("docs/http-api.md has every route and every problem", async () => {
  await expect(httpApiPage()).toMatchFileSnapshot("../../../docs/http-api.md");
});

it("docs/metrics.md has every metric", async () => {
  await expect(await metricsPage()).toMatchFileSnapshot("../../../docs/metrics.md");
});

it("docs/error-codes.md has every code of the libraries", async () => {
  await expect(await errorCodesPage()).toMatchFileSnapshot("../../../docs/error-codes.md");
});
