import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { EntryJson } from "./entry-json.js";
import { openApi, problemOf } from "./testing/api-under-test.js";

describe("a transaction over HTTP", () => {
  it("does all of its operations under one change id", async () => {
    const { send, create, replica } = await openApi({ attributes: { tags: { merge: "set" } } });
    const [kept, gone] = [await create({ title: "a", tags: ["x"] }), await create({ title: "b" })];
    const [made, put] = [randomUUID(), randomUUID()];
    const response = await send("POST", "/v1/transactions", {
      operations: [
        { op: "create", uuid: made, attributes: { n: { $integer: "9007199254740993" } } },
        { op: "create", attributes: { n: 1 } },
        { op: "put", uuid: put, attributes: { n: 2 }, ifNoneMatch: "*" },
        { op: "patch", uuid: kept.uuid, attributes: { title: null, more: { a: 1 } }, ifMatch: "*" },
        { op: "patch", uuid: kept.uuid, attributes: { more: { b: 2 } } },
        { op: "modify", uuid: kept.uuid, attributes: { tags: { add: ["y"] } } },
        { op: "delete", uuid: gone.uuid },
      ],
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("Concordat-Token")).toBeTruthy();
    const body = (await response.json()) as {
      changeId: { ts: number; server: string };
      results: { uuid: string; outcome: string }[];
    };
    expect(body.results.map(({ outcome }) => outcome)).toEqual([
      "created",
      "created",
      "created",
      "modified",
      "modified",
      "modified",
      "deleted",
    ]);
    expect(body.results[0]?.uuid).toBe(made);
    expect(body.changeId).toEqual({ ts: replica.ruv().get(replica.serverUuid)?.seen, server: replica.serverUuid });
    const read = (await (await send("GET", `/v1/entries/${kept.uuid}`)).json()) as EntryJson;
    expect(read.attributes).toEqual({ tags: ["x", "y"], more: { a: 1, b: 2 } });
    expect((await send("GET", `/v1/entries/${gone.uuid}`)).status).toBe(410);
  });

  it("names the operation whose entry a constraint refuses, though that is seen only at the end", async () => {
    const { send, create } = await openApi({ attributes: { name: { unique: true }, title: { required: true } } });
    const { uuid } = await create({ name: "taken", title: "a" });
    const attributes = { title: "b" };
    const at = (operations: readonly unknown[]) => send("POST", "/v1/transactions", { operations });
    const creation = (more: object) => ({ op: "create", attributes: { ...attributes, ...more } });
    expect(await problemOf(await at([creation({}), creation({ name: "taken" }), creation({})]))).toMatchObject({
      status: 409,
      code: "unique_violation",
      operation: 1,
    });
    expect(await problemOf(await at([creation({}), { op: "patch", uuid, attributes: { title: null } }]))).toMatchObject(
      {
        status: 422,
        code: "entry_invalid",
        operation: 1,
      },
    );
    // What is given up in the same transaction may be taken.
    const swap = [{ op: "patch", uuid, attributes: { name: "free" } }, creation({ name: "taken" })];
    expect((await at(swap)).status).toBe(200);
  });

  it.each([
    ["a missing entry", { op: "delete", uuid: randomUUID() }, 404, "entry_not_found"],
    ["a precondition", { op: "patch", uuid: "SELF", attributes: {}, ifMatch: '"x"' }, 412, "precondition_failed"],
    ["an entry that exists", { op: "create", uuid: "SELF", attributes: {} }, 409, "entry_exists"],
    ["a null inside", { op: "put", uuid: "SELF", attributes: { a: [null] } }, 422, "invalid_body"],
    ["an unknown operation", { op: "upsert", uuid: "SELF" }, 422, "invalid_body"],
    ["an unknown member", { op: "delete", uuid: "SELF", force: true }, 422, "invalid_body"],
    ["no uuid", { op: "delete" }, 422, "invalid_body"],
    ["half a uuid", { op: "delete", uuid: "0190f6e4" }, 422, "invalid_body"],
    ["no attributes", { op: "put", uuid: "SELF" }, 422, "invalid_body"],
    ["no operation", null, 422, "invalid_body"],
  ])("undoes everything for %s, and names the operation", async (_, wrong, status, code) => {
    const { send, create } = await openApi();
    const { uuid } = await create({ title: "a" });
    const second = JSON.parse(JSON.stringify(wrong).replace("SELF", uuid)) as unknown;
    const response = await send("POST", "/v1/transactions", {
      operations: [{ op: "patch", uuid, attributes: { title: "b" } }, second],
    });
    expect(response.headers.get("Concordat-Token")).toBeNull();
    expect(await problemOf(response)).toMatchObject({ status, code, operation: 1 });
    expect(((await (await send("GET", `/v1/entries/${uuid}`)).json()) as EntryJson).attributes).toEqual({ title: "a" });
  });

  it.each([[{}], [[]], [{ operations: [] }], [{ operations: {} }], [{ operations: [], more: 1 }]])(
    "is not %j",
    async (body) => {
      const { send } = await openApi();
      const response = await send("POST", "/v1/transactions", body);
      expect(await problemOf(response)).toMatchObject({ status: 422, code: "invalid_body" });
    },
  );
});
