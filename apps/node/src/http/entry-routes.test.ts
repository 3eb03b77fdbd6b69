import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { EntryJson } from "./entry-json.js";
import { openApi, problemOf } from "./testing/api-under-test.js";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

describe("an entry over HTTP", () => {
  it("is created, read and deleted", async () => {
    const { send } = await openApi();
    const created = await send("POST", "/v1/entries", { attributes: { title: "hello", tags: ["a", "b"] } });
    expect(created.status).toBe(201);
    const entry = (await created.json()) as EntryJson;
    expect(entry).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      attributes: { title: "hello", tags: ["a", "b"] },
      createdAt: expect.stringMatching(TIME),
      modifiedAt: entry.createdAt,
    });
    const path = `/v1/entries/${entry.uuid}`;
    expect(created.headers.get("Location")).toBe(path);
    expect(created.headers.get("Concordat-Token")).toMatch(/^[\w-]+$/);

    const read = await send("GET", path);
    expect(read.status).toBe(200);
    expect(await read.json()).toEqual(entry);
    expect(read.headers.get("ETag")).toBe(created.headers.get("ETag"));
    const head = await send("HEAD", path);
    expect([head.status, head.headers.get("ETag"), await head.text()]).toEqual([200, read.headers.get("ETag"), ""]);

    const deleted = await send("DELETE", path);
    expect([deleted.status, await deleted.text()]).toEqual([204, ""]);
    expect(deleted.headers.get("Concordat-Token")).not.toBe(created.headers.get("Concordat-Token"));
    expect(await problemOf(await send("GET", path))).toMatchObject({
      code: "entry_deleted",
      status: 410,
      deletedAt: expect.stringMatching(TIME),
    });
    for (const [method, body] of [
      ["DELETE", undefined],
      ["PUT", { attributes: {} }],
      ["PATCH", { attributes: {} }],
    ] as const) {
      expect(await problemOf(await send(method, path, body))).toMatchObject({ code: "entry_deleted", status: 410 });
    }
  });

  it("is not there before it is created", async () => {
    const { send } = await openApi();
    const path = `/v1/entries/${randomUUID()}`;
    for (const [method, body] of [
      ["GET", undefined],
      ["DELETE", undefined],
      ["PATCH", { attributes: { a: 1 } }],
    ] as const) {
      expect(await problemOf(await send(method, path, body))).toMatchObject({ code: "entry_not_found", status: 404 });
    }
    expect(await problemOf(await send("POST", `${path}/modify`, { attributes: { a: 1 } }))).toMatchObject({
      status: 404,
    });
  });

  it("is created under a uuid of the client's, in any case, once", async () => {
    const { send } = await openApi();
    const uuid = randomUUID();
    const created = await send("POST", "/v1/entries", { uuid: uuid.toUpperCase(), attributes: { a: 1 } });
    expect(((await created.json()) as EntryJson).uuid).toBe(uuid);
    expect(await problemOf(await send("POST", "/v1/entries", { uuid, attributes: {} }))).toMatchObject({
      status: 409,
      code: "entry_exists",
    });
    expect((await send("GET", `/v1/entries/${uuid.toUpperCase()}`)).status).toBe(200);
  });

  it("is replaced as a whole by PUT, which creates it where there is none", async () => {
    const { send } = await openApi();
    const path = `/v1/entries/${randomUUID()}`;
    const created = await send("PUT", path, { attributes: { title: "a", gone: true } });
    expect([created.status, created.headers.get("Location")]).toEqual([201, path]);
    const replaced = await send("PUT", path, { attributes: { title: "b" } });
    expect(replaced.status).toBe(200);
    expect(((await replaced.json()) as EntryJson).attributes).toEqual({ title: "b" });
  });

  it("is taken back as it was read", async () => {
    const { send, create } = await openApi();
    const entry = await create({ title: "a" });
    const sent = { ...entry, attributes: { ...entry.attributes, title: "b" } };
    const put = await send("PUT", `/v1/entries/${entry.uuid}`, sent);
    expect([put.status, ((await put.json()) as EntryJson).attributes]).toEqual([200, { title: "b" }]);
    const other = await send("PUT", `/v1/entries/${randomUUID()}`, sent);
    expect(await problemOf(other)).toMatchObject({ code: "invalid_body" });
  });

  it("is merge-patched: null removes, objects merge, the rest replaces", async () => {
    const { send, create } = await openApi();
    const { uuid } = await create({ title: "a", gone: 1, kept: [1], place: { city: "Bern", zip: 3000 } });
    const path = `/v1/entries/${uuid}`;
    const body = {
      attributes: { title: "b", gone: null, absent: null, place: { zip: null, street: "x" }, more: { a: null } },
    };
    const patched = await send("PATCH", path, body, { "Content-Type": "application/merge-patch+json" });
    expect(patched.status).toBe(200);
    expect(((await patched.json()) as EntryJson).attributes).toEqual({
      title: "b",
      kept: [1],
      place: { city: "Bern", street: "x" },
      more: {},
    });
    expect((await send("GET", path)).headers.get("ETag")).toBe(patched.headers.get("ETag"));
    expect((await send("PATCH", path, { attributes: { title: "c" } })).status).toBe(200);
    for (const wrong of [{ title: "x" }, { attributes: {}, uuid }, { attributes: [1] }, []]) {
      expect(await problemOf(await send("PATCH", path, wrong))).toMatchObject({ status: 422, code: "invalid_body" });
    }
    const nested = await problemOf(await send("PATCH", path, { attributes: { list: [1, { a: null }] } }));
    expect(nested).toMatchObject({ status: 422, code: "invalid_body", pointer: "/attributes/list/1/a" });
  });

  it("is modified element by element, by merge kind", async () => {
    const { send, create } = await openApi({
      attributes: { tags: { merge: "set" }, settings: { merge: "map" }, hits: { merge: "counter" } },
    });
    const { uuid } = await create({ title: "a", tags: ["x", "y"], settings: { a: 1, b: 2 }, hits: 5, old: true });
    const modified = await send("POST", `/v1/entries/${uuid}/modify`, {
      attributes: {
        tags: { add: ["z"], remove: ["x"] },
        settings: { set: { c: { $integer: "9007199254740993" } }, remove: ["a"] },
        hits: { increment: -2 },
        title: "b",
        old: null,
      },
    });
    expect(modified.status).toBe(200);
    expect(((await modified.json()) as EntryJson).attributes).toEqual({
      title: "b",
      tags: ["y", "z"],
      settings: { b: 2, c: { $integer: "9007199254740993" } },
      hits: 3,
    });
    const wrong = await send("POST", `/v1/entries/${uuid}/modify`, { attributes: { title: { add: ["x"] } } });
    expect(await problemOf(wrong)).toMatchObject({ status: 422, code: "invalid_change" });
  });

  it("keeps bytes, large integers and dangerous names", async () => {
    const { send, create } = await openApi();
    const attributes = {
      bytes: { $bytes: "AAEC/w==" },
      large: { $integer: "-9223372036854775808" },
      double: { $double: "100000000000000000000" },
      literal: { $object: { $bytes: 5 } },
      constructor: "x",
      toString: [1.5, true, { hasOwnProperty: {} }],
    };
    const { uuid, attributes: stored } = await create(attributes);
    expect(stored).toEqual(attributes);
    const { attributes: read } = (await (await send("GET", `/v1/entries/${uuid}`)).json()) as EntryJson;
    expect(read).toEqual(attributes);
    const patched = await send("PATCH", `/v1/entries/${uuid}`, {
      attributes: { constructor: null, valueOf: { a: 1 } },
    });
    expect(Object.keys(((await patched.json()) as EntryJson).attributes)).not.toContain("constructor");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("answers a token that holds what the node has seen", async () => {
    const { send, replica } = await openApi();
    const token = (await send("POST", "/v1/entries", { attributes: { a: 1 } })).headers.get("Concordat-Token");
    const bytes = Buffer.from(token ?? "", "base64url");
    const seen = bytes.readUIntBE(17, 6) * 256 + (bytes[23] ?? 0);
    expect([bytes.length, bytes[0]]).toEqual([24, 1]);
    expect(bytes.subarray(1, 17).toString("hex")).toBe(replica.serverUuid.replaceAll("-", ""));
    expect(seen).toBe(replica.ruv().get(replica.serverUuid)?.seen);
  });
});
