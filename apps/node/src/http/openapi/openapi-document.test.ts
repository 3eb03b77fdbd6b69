import { describe, expect, it } from "vitest";
import { PROBLEMS } from "../problem.js";
import { openApi } from "../testing/api-under-test.js";
import { openapiDocument } from "./openapi-document.js";

interface Described {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const text = JSON.stringify(openapiDocument("1.2.3"));
const document = JSON.parse(text) as Described;

describe("the OpenAPI document", () => {
  it("is served", async () => {
    const { send } = await openApi();
    const response = await send("GET", "/openapi.json");
    expect(response.headers.get("Content-Type")).toBe("application/json");
    expect(await response.json()).toEqual(document);
    expect([document.openapi, document.info.version]).toEqual(["3.1.0", "1.2.3"]);
  });

  it("describes every route and nothing else", async () => {
    const { app } = await openApi();
    const routes = app.routes
      .filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual([...new Set(routes)].sort());
  });

  it("refers only to schemas that it has, and has none that nothing refers to", () => {
    const referred = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect([...new Set(referred)].sort()).toEqual(Object.keys(document.components.schemas).sort());
  });

  it("names every problem, and each operation once", () => {
    for (const code of Object.keys(PROBLEMS)) expect(text).toContain(`urn:concordat:error:${code}`);
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map((one) => one.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});
