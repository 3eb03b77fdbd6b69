import { conflictUuid, type Uuid } from "@concordat/crdt";
import { connect } from "@concordat/replica";
import { describe, expect, it, vi } from "vitest";
import type { ConflictJson, ConflictPageJson } from "./conflict-json.js";
import { type ApiUnderTest, openApi, problemOf } from "./testing/api-under-test.js";

/** Two nodes of one domain that were apart while `left` and `right` wrote, and have met again. */
const apart = async (
  shared: Readonly<Record<string, unknown>>,
  left: (api: ApiUnderTest, uuid: string) => Promise<unknown>,
  right: (api: ApiUnderTest, uuid: string) => Promise<unknown>,
): Promise<{ a: ApiUnderTest; b: ApiUnderTest; uuid: string }> => {
  const [a, b] = [await openApi(), await openApi()];
  const { uuid } = await a.create(shared);
  const before = connect(a.replica, b.replica);
  await vi.waitFor(async () => expect(await b.replica.get(uuid as Uuid)).toBeDefined());
  before.disconnect();
  await left(a, uuid);
  await right(b, uuid);
  connect(a.replica, b.replica);
  await vi.waitFor(async () => expect(await a.replica.digest()).toEqual(await b.replica.digest()));
  return { a, b, uuid };
};

const patched = (title: string | null) => (api: ApiUnderTest, uuid: string) =>
  api.send("PATCH", `/v1/entries/${uuid}`, { attributes: { title } });

const deleted = (api: ApiUnderTest, uuid: string) => api.send("DELETE", `/v1/entries/${uuid}`);

const listed = async ({ send }: ApiUnderTest): Promise<readonly ConflictJson[]> =>
  ((await (await send("GET", "/v1/conflicts")).json()) as ConflictPageJson).conflicts;

describe("/v1/conflicts", () => {
  it("is empty where nothing lost", async () => {
    const { send } = await openApi();
    expect(await (await send("GET", "/v1/conflicts")).json()).toEqual({ conflicts: [] });
  });

  it("lists an overwrite on both nodes, and shows it by its id", async () => {
    const { a, b, uuid } = await apart({ title: "first" }, patched("by a"), patched("by b"));
    const [conflict] = await listed(a);
    expect(conflict).toEqual({
      id: `overwrite.${uuid}.title`,
      kind: "overwrite",
      uuid,
      attribute: "title",
      message: expect.stringContaining("the latest is shown"),
      winner: { uuid, writtenAt: expect.stringMatching(/Z$/), server: b.replica.serverUuid, value: "by b" },
      losers: [{ uuid, writtenAt: expect.stringMatching(/Z$/), server: a.replica.serverUuid, value: "by a" }],
      resolutions: ["keep-winner", "keep-loser", "restore"],
    });
    expect(await listed(b)).toEqual([conflict]);
    expect(await (await b.send("GET", `/v1/conflicts/${conflict?.id}`)).json()).toEqual(conflict);
  });

  it("says of a removed attribute that it was removed", async () => {
    const { a } = await apart({ title: "first" }, patched("by a"), patched(null));
    const [conflict] = await listed(a);
    expect(conflict?.winner).toMatchObject({ removed: true });
    expect(conflict?.winner).not.toHaveProperty("value");
  });

  it("settles one on every node", async () => {
    const { a, b, uuid } = await apart({ title: "first" }, patched("by a"), patched("by b"));
    const response = await a.send("POST", `/v1/conflicts/overwrite.${uuid}.title/resolve`, { action: "keep-loser" });
    expect(response.headers.get("Concordat-Token")).toBe(a.replica.token());
    expect(await response.json()).toEqual({ resolved: `overwrite.${uuid}.title`, uuid });
    await vi.waitFor(async () => expect(await listed(b)).toEqual([]));
    expect((await b.replica.get(uuid as Uuid))?.attributes).toEqual({ title: "by a" });
  });

  it("shows what a deletion would have lost, and brings it back", async () => {
    const { a, b, uuid } = await apart({ title: "first", note: "kept" }, deleted, patched("changed"));
    const [conflict] = await listed(b);
    expect(conflict).toMatchObject({
      id: `deletion.${uuid}`,
      winner: { deleted: true, server: a.replica.serverUuid },
      losers: [{ attributes: { title: "changed", note: "kept" }, server: b.replica.serverUuid }],
    });
    const response = await b.send("POST", `/v1/conflicts/${conflict?.id}/resolve`, { action: "restore" });
    const { uuid: restored } = (await response.json()) as { uuid: string };
    const { attributes } = (await (await b.send("GET", `/v1/entries/${restored}`)).json()) as { attributes: unknown };
    expect(attributes).toEqual({ title: "changed", note: "kept" });
    expect(await listed(b)).toEqual([]);
  });

  it("shows both creations of one uuid", async () => {
    const uuid = "3f2b8c1e-9d4a-4e6f-8a7b-5c0d1e2f3a4b";
    const put = (title: string) => (api: ApiUnderTest) =>
      api.send("PUT", `/v1/entries/${uuid}`, { attributes: { title } });
    let later: { readonly createdAt: Parameters<typeof conflictUuid>[1] } | undefined;
    const { a } = await apart({}, put("earlier"), async (api) => {
      await put("later")(api);
      later = await api.replica.get(uuid as Uuid);
    });
    if (later === undefined) throw new Error("not created");
    const derived = conflictUuid(uuid as Uuid, later.createdAt);
    expect(await listed(a)).toMatchObject([
      {
        id: `creation.${derived}`,
        winner: { uuid, attributes: { title: "earlier" } },
        losers: [{ uuid: derived, attributes: { title: "later" } }],
      },
    ]);
    const response = await a.send("POST", `/v1/conflicts/creation.${derived}/resolve`, { action: "keep-winner" });
    expect(await response.json()).toMatchObject({ uuid });
    expect(await listed(a)).toEqual([]);
  });

  it("comes in pages", async () => {
    const both = (text: string) => (api: ApiUnderTest, uuid: string) =>
      api.send("PATCH", `/v1/entries/${uuid}`, { attributes: { title: text, note: text } });
    const { a } = await apart({ title: "first" }, both("a"), both("b"));
    const page = (await (await a.send("GET", "/v1/conflicts?limit=1")).json()) as ConflictPageJson;
    expect(page.conflicts).toHaveLength(1);
    const rest = (await (await a.send("GET", `/v1/conflicts?after=${page.next}`)).json()) as ConflictPageJson;
    expect([...page.conflicts, ...rest.conflicts]).toEqual(await listed(a));
    expect(rest.next).toBeUndefined();
  });

  it.each([
    ["GET", "/v1/conflicts/nonsense", undefined, 404, "conflict_not_found"],
    ["POST", "/v1/conflicts/nonsense/resolve", { action: "restore" }, 404, "conflict_not_found"],
    ["POST", "/v1/conflicts/nonsense/resolve", { action: "guess" }, 422, "invalid_body"],
    ["POST", "/v1/conflicts/nonsense/resolve", { action: "restore", loser: -1 }, 422, "invalid_body"],
    ["POST", "/v1/conflicts/nonsense/resolve", { action: "restore", who: 1 }, 422, "invalid_body"],
    ["GET", "/v1/conflicts?limit=0", undefined, 400, "invalid_parameter"],
    ["GET", "/v1/conflicts?kind=x", undefined, 400, "invalid_parameter"],
    ["DELETE", "/v1/conflicts", undefined, 405, "method_not_allowed"],
  ])("%s %s with %j answers %i %s", async (method, path, body, status, code) => {
    const { send } = await openApi();
    expect(await problemOf(await send(method, path, body))).toMatchObject({ status, code });
  });

  it("refuses a loser that there is not", async () => {
    const { a, uuid } = await apart({ title: "first" }, patched("by a"), patched("by b"));
    const body = { action: "keep-loser", loser: 1 };
    expect(await problemOf(await a.send("POST", `/v1/conflicts/overwrite.${uuid}.title/resolve`, body))).toMatchObject({
      status: 422,
      code: "invalid_change",
    });
  });
});
