import { randomUUID } from "node:crypto";
import { faultyStorage, memoryStorage } from "@concordat/storage";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { openApi, problemOf } from "./testing/api-under-test.js";

const VALID = { attributes: { a: 1 } };

describe("problems", () => {
  it("name unknown paths and wrong methods", async () => {
    const { send } = await openApi();
    expect(await problemOf(await send("GET", "/v2/entries"))).toMatchObject({ status: 404, code: "route_not_found" });
    const put = await send("PUT", "/v1/entries", VALID);
    expect(put.headers.get("Allow")).toBe("POST, GET, HEAD");
    expect(await problemOf(put)).toMatchObject({ status: 405, code: "method_not_allowed" });
    const post = await send("POST", `/v1/entries/${randomUUID()}`, VALID);
    expect(post.headers.get("Allow")).toBe("GET, HEAD, PUT, PATCH, DELETE");
    expect((await send("DELETE", "/v1/status")).status).toBe(405);
  });

  it("stay problems where the API is mounted beside others", async () => {
    const { app } = await openApi();
    const outer = new Hono().get("/other", (context) => context.text("other")).route("/", app);
    expect(await (await outer.request("/other")).text()).toBe("other");
    expect(await problemOf(await outer.request("/nowhere"))).toMatchObject({ status: 404, code: "route_not_found" });
    expect(await problemOf(await outer.request("/livez", { method: "POST" }))).toMatchObject({ status: 405 });
    expect(await problemOf(await outer.request("/v1/entries/1"))).toMatchObject({ status: 400, code: "invalid_uuid" });
  });

  it("name a uuid that is none", async () => {
    const { send } = await openApi();
    expect(await problemOf(await send("GET", "/v1/entries/17"))).toMatchObject({ status: 400, code: "invalid_uuid" });
  });

  it.each([
    ["text/plain", "POST"],
    ["application/x-www-form-urlencoded", "POST"],
    ["application/json; charset=latin1", "POST"],
    ["application/merge-patch+json", "POST"],
  ])("refuse %s", async (type, method) => {
    const { send } = await openApi();
    const response = await send(method, "/v1/entries", VALID, { "Content-Type": type });
    expect(response.headers.get("Accept")).toBe("application/json");
    expect(await problemOf(response)).toMatchObject({ status: 415, code: "unsupported_media_type" });
  });

  it("accept JSON however it is named", async () => {
    const { send } = await openApi();
    for (const type of ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']) {
      expect((await send("POST", "/v1/entries", VALID, { "Content-Type": type })).status).toBe(201);
    }
    const wrong = await send("PATCH", `/v1/entries/${randomUUID()}`, VALID, { "Content-Type": "text/plain" });
    expect(wrong.headers.get("Accept-Patch")).toBe("application/merge-patch+json, application/json");
  });

  it.each([
    ['{"attributes": {"a": 1,}}', 400, "malformed_json", { line: 1, column: 24 }],
    ["", 400, "malformed_json", {}],
    ['{"attributes": {"a": 9007199254740993}}', 422, "unsafe_integer", { line: 1, column: 22 }],
    ['{"attributes": {"a": {"__proto__": {}}}}', 422, "ambiguous_json", {}],
    ['{"attributes": {"a": 1, "a": 2}}', 422, "ambiguous_json", {}],
    ['{"attributes": {"a": {"b": [null]}}}', 422, "invalid_body", { pointer: "/attributes/a/b/0" }],
    ['{"attributes": {"a": null}}', 422, "invalid_body", { pointer: "/attributes/a" }],
    ['{"attributes": {"": 1}}', 422, "invalid_change", {}],
    ['{"attribute": {}}', 422, "invalid_body", {}],
    ['{"attributes": 5}', 422, "invalid_body", { pointer: "/attributes" }],
    ["{}", 422, "invalid_body", { pointer: "/attributes" }],
    ['"x"', 422, "invalid_body", { pointer: "" }],
    ['{"uuid": "x", "attributes": {}}', 422, "invalid_body", { pointer: "/uuid" }],
    [`{"attributes": {"a": ${"[".repeat(30)}${"]".repeat(30)}}}`, 422, "invalid_change", {}],
  ])("refuse the body %s", async (body, status, code, members) => {
    const { send, replica } = await openApi();
    expect(await problemOf(await send("POST", "/v1/entries", body))).toMatchObject({ status, code, ...members });
    expect(replica.status().totals.liveEntries).toBe(0);
  });

  it("refuse a body that is not UTF-8", async () => {
    const { app } = await openApi();
    const body = new Uint8Array([...Buffer.from('{"attributes":{"a":"'), 0xff, ...Buffer.from('"}}')]);
    const headers = { "Content-Type": "application/json" };
    const response = await app.request("/v1/entries", { method: "POST", body, headers });
    expect(await problemOf(response)).toMatchObject({ status: 400, code: "malformed_json" });
  });

  it("refuse a body over the limit, announced or not", async () => {
    const { app, send } = await openApi({}, { bodyBytesMax: 1_000 });
    const large = { attributes: { a: "x".repeat(2_000) } };
    const announced = await send("POST", "/v1/entries", large, { "Content-Length": "2030" });
    expect(await problemOf(announced)).toMatchObject({ status: 413, code: "body_too_large" });
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 100;
        controller.enqueue(new Uint8Array(100).fill(0x20));
      },
    });
    const headers = { "Content-Type": "application/json" };
    const request = new Request("http://localhost/v1/entries", {
      method: "POST",
      body: endless,
      headers,
      duplex: "half",
    });
    expect(await problemOf(await app.request(request))).toMatchObject({ status: 413 });
    expect(sent).toBeLessThan(2_000);
  });

  it("tell a body that broke off from a failure of the node", async () => {
    const { app, errors } = await openApi();
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("reset")) });
    const headers = { "Content-Type": "application/json" };
    const request = new Request("http://localhost/v1/entries", {
      method: "POST",
      body: broken,
      headers,
      duplex: "half",
    });
    expect(await problemOf(await app.request(request))).toMatchObject({ status: 400, code: "incomplete_body" });
    expect(errors).toEqual([]);
  });

  it("refuse an entry over the limit", async () => {
    const { send } = await openApi();
    const response = await send("POST", "/v1/entries", { attributes: { a: "x".repeat(5 * 1024 * 1024) } });
    expect(await problemOf(response)).toMatchObject({ status: 413, code: "entry_too_large" });
  });

  it("say that the storage is full, and when to come back", async () => {
    let isFull = false;
    const storage = faultyStorage(memoryStorage(), ({ operation }) =>
      isFull && operation === "commit" ? { kind: "error", code: "store_full" } : undefined,
    );
    const { send, errors } = await openApi({ storage });
    isFull = true;
    const refused = await send("POST", "/v1/entries", VALID);
    expect(refused.headers.get("Retry-After")).toBe("60");
    expect(await problemOf(refused)).toMatchObject({ status: 507, code: "storage_full" });
    expect(errors).toEqual(["http_request_failed"]);
    isFull = false;
    expect((await send("POST", "/v1/entries", VALID)).status).toBe(201);
  });

  it("tell nothing of a failure inside, and log it", async () => {
    let isBroken = false;
    const storage = faultyStorage(memoryStorage(), ({ operation }) =>
      isBroken && operation === "commit" ? { kind: "error", code: "store_io" } : undefined,
    );
    const { send, errors } = await openApi({ storage });
    isBroken = true;
    const response = await send("POST", "/v1/entries", VALID);
    const text = await response.clone().text();
    expect(await problemOf(response)).toMatchObject({ status: 500, code: "storage_failed" });
    expect(text).not.toMatch(/at .*\.(ts|js):\d+/);
    expect(errors).toEqual(["http_request_failed"]);
  });

  it("refuse every write of a read-only node, and no read", async () => {
    const { send, create, replica } = await openApi();
    const { uuid } = await create({ a: 1 });
    replica.adjust({ readOnly: true });
    const path = `/v1/entries/${uuid}`;
    for (const [method, at, body] of [
      ["POST", "/v1/entries", VALID],
      ["PUT", path, VALID],
      ["PATCH", path, VALID],
      ["POST", `${path}/modify`, { attributes: { a: { add: ["x"] } } }],
      ["POST", "/v1/transactions", { operations: [{ op: "delete", uuid }] }],
      ["DELETE", path, undefined],
    ] as const) {
      const problem = await problemOf(await send(method, at, body));
      expect(problem, `${method} ${at}`).toMatchObject({ status: 403, code: "read_only" });
    }
    expect((await send("GET", path)).status).toBe(200);
    expect(await (await send("GET", "/v1/status")).json()).toMatchObject({ readOnly: true, health: "ok" });
    expect((await send("GET", "/readyz")).status).toBe(200);
    replica.adjust({ readOnly: false });
    expect((await send("DELETE", path)).status).toBe(204);
  });

  it("answer 503 once the replica is closed", async () => {
    const { send, replica } = await openApi();
    await replica.close();
    const response = await send("POST", "/v1/entries", VALID);
    expect(response.headers.get("Retry-After")).toBe("5");
    expect(await problemOf(response)).toMatchObject({ status: 503, code: "shutting_down" });
  });
});
