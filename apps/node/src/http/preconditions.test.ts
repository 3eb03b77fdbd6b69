import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openApi, problemOf } from "./testing/api-under-test.js";

const METHODS = [
  ["PUT", "", { attributes: { a: 9 } }],
  ["PATCH", "", { attributes: { a: 9 } }],
  ["POST", "/modify", { attributes: { a: 9 } }],
  ["DELETE", "", undefined],
] as const;

describe("preconditions", () => {
  it.each(METHODS)("%s%s happens only at the version it expects", async (method, suffix, body) => {
    const { send, create } = await openApi();
    const { uuid } = await create({ a: 1 });
    const path = `/v1/entries/${uuid}`;
    const old = (await send("GET", path)).headers.get("ETag") ?? "";
    const current = (await send("PATCH", path, { attributes: { a: 2 } })).headers.get("ETag") ?? "";
    expect(current).not.toBe(old);

    const stale = await send(method, path + suffix, body, { "If-Match": old });
    expect(stale.headers.get("ETag")).toBe(current);
    expect(await problemOf(stale)).toMatchObject({ status: 412, code: "precondition_failed" });
    const exists = await send(method, path + suffix, body, { "If-None-Match": "*" });
    expect(await problemOf(exists)).toMatchObject({ status: 412 });
    expect((await send("GET", path)).headers.get("ETag")).toBe(current);

    const malformed = await send(method, path + suffix, body, { "If-Match": "abc" });
    expect(await problemOf(malformed)).toMatchObject({ status: 400, code: "invalid_parameter" });
    expect((await send(method, path + suffix, body, { "If-Match": `"x", ${current}` })).ok).toBe(true);
    expect((await send("GET", path)).headers.get("ETag")).not.toBe(current);
  });

  it("let PUT create only, or replace only", async () => {
    const { send } = await openApi();
    const path = `/v1/entries/${randomUUID()}`;
    const body = { attributes: { a: 1 } };
    expect(await problemOf(await send("PUT", path, body, { "If-Match": "*" }))).toMatchObject({ status: 412 });
    expect((await send("PUT", path, body, { "If-None-Match": "*" })).status).toBe(201);
    expect(await problemOf(await send("PUT", path, body, { "If-None-Match": "*" }))).toMatchObject({ status: 412 });
    expect((await send("PUT", path, body, { "If-Match": "*" })).status).toBe(200);
  });

  it("do not hide that there is no entry", async () => {
    const { send, create } = await openApi();
    const headers = { "If-Match": '"0000000000000000"' };
    const absent = `/v1/entries/${randomUUID()}`;
    expect(await problemOf(await send("DELETE", absent, undefined, headers))).toMatchObject({ status: 404 });
    const { uuid } = await create({ a: 1 });
    await send("DELETE", `/v1/entries/${uuid}`);
    const put = await send("PUT", `/v1/entries/${uuid}`, { attributes: {} }, headers);
    expect(await problemOf(put)).toMatchObject({ status: 410 });
  });

  it("spare a reader what it has", async () => {
    const { send, create } = await openApi();
    const path = `/v1/entries/${(await create({ a: 1 })).uuid}`;
    const tag = (await send("GET", path)).headers.get("ETag") ?? "";
    const same = await send("GET", path, undefined, { "If-None-Match": `W/${tag}` });
    expect([same.status, same.headers.get("ETag"), await same.text()]).toEqual([304, tag, ""]);
    expect((await send("GET", path, undefined, { "If-None-Match": '"x"' })).status).toBe(200);
    expect(await problemOf(await send("GET", path, undefined, { "If-Match": '"x"' }))).toMatchObject({ status: 412 });
  });

  it("let one of two writers win", async () => {
    const { send, create } = await openApi();
    const path = `/v1/entries/${(await create({ a: 1 })).uuid}`;
    const tag = (await send("GET", path)).headers.get("ETag") ?? "";
    const writes = [2, 3].map((a) => send("PATCH", path, { attributes: { a } }, { "If-Match": tag }));
    const statuses = (await Promise.all(writes)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 412]);
  });
});
