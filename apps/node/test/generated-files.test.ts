import { expect, it } from "vitest";
import { openapiDocument } from "../src/http/openapi/openapi-document.js";
import { VERSION } from "../src/version.js";

// `pnpm generate` writes these files anew; without it, a file that the program has moved away from fails here.

it("docs/openapi.json is what GET /openapi.json answers", async () => {
  const text = `${JSON.stringify(openapiDocument(VERSION), undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot("../../../docs/openapi.json");
});
