import type { Uuid } from "@concordat/crdt";
import { connect, defineMergeKind, openReplica, type Replica } from "@concordat/replica";
import { memoryStorage } from "@concordat/storage";
import { describe, expect, it, onTestFinished } from "vitest";
import { entryLines } from "../keep/entry-lines.js";
import type { ConflictPageJson } from "./conflict-json.js";
import type { EntryJson } from "./entry-json.js";
import { type ApiUnderTest, openApi, problemOf } from "./testing/api-under-test.js";

const words = defineMergeKind<readonly string[]>({
  name: "example.com/words",
  empty: [],
  join: (left, right) => [...new Set([...left, ...right])].sort(),
  encode: (value) => value,
  decode: (encoded) => encoded as readonly string[],
});

/** The order of two that were written within a millisecond is that of random uuids. */
const unread = (...versions: readonly (readonly string[])[]) => ({
  words: { merge: "example.com/words", versions: expect.arrayContaining([...versions]) },
});

const UNREAD = unread(["a"], ["b"]);

interface Meeting {
  readonly api: ApiUnderTest;
  /** A program that knows the kind, of the same domain. */
  readonly knowing: Replica;
  readonly uuid: Uuid;
  readonly path: string;
}

const exchange = async (left: Replica, right: Replica): Promise<void> => {
  const connection = connect(left, right);
  // An empty one takes over the content of the other first, and is another server then.
  await right.waitFor(left.token());
  await left.waitFor(right.token());
  connection.disconnect();
};

/** A node, and an entry of which two programs that know the kind have each written a version. */
const meeting = async (): Promise<Meeting> => {
  const api = await openApi();
  const open = async (): Promise<Replica> => {
    const replica = await openReplica({ storage: memoryStorage(), attributes: { words: { merge: words } } });
    onTestFinished(() => replica.close());
    return replica;
  };
  const programs = [await open(), await open()] as const;
  const uuid = (await api.create({ title: "x" })).uuid as Uuid;
  for (const program of programs) await exchange(api.replica, program);
  await programs[0].modify(uuid, { words: ["a"] });
  await programs[1].modify(uuid, { words: ["b"] });
  for (const program of programs) await exchange(api.replica, program);
  return { api, knowing: programs[0], uuid, path: `/v1/entries/${uuid}` };
};

describe("an attribute of a merge kind that the node does not know", () => {
  it("is shown beside the others, as it was written", async () => {
    const { api, path, uuid } = await meeting();
    const response = await api.send("GET", path);
    expect(await response.json()).toMatchObject({ uuid, attributes: { title: "x" }, unread: UNREAD });
    const page = (await (await api.send("GET", "/v1/entries")).json()) as { entries: EntryJson[] };
    expect(page.entries).toMatchObject([{ unread: UNREAD }]);
    const chunks: Uint8Array[] = [];
    for await (const chunk of entryLines(api.replica, undefined)) chunks.push(chunk);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ unread: UNREAD });
    expect(((await (await api.send("GET", "/v1/conflicts")).json()) as ConflictPageJson).conflicts).toEqual([]);
  });

  it("stays as it is when the entry is read, changed and sent back", async () => {
    const { api, path, knowing, uuid } = await meeting();
    const entry = (await (await api.send("GET", path)).json()) as EntryJson;
    const put = await api.send("PUT", path, { ...entry, attributes: { title: "y" } });
    expect([put.status, await put.json()]).toMatchObject([200, { attributes: { title: "y" }, unread: UNREAD }]);
    await exchange(api.replica, knowing);
    expect((await knowing.get(uuid))?.attributes).toEqual({ title: "y", words: ["a", "b"] });
  });

  it("is not written, but removed by null", async () => {
    const { api, path, knowing, uuid } = await meeting();
    for (const [method, to] of [
      ["PATCH", path],
      ["PUT", path],
      ["POST", `${path}/modify`],
    ] as const) {
      const problem = await problemOf(await api.send(method, to, { attributes: { words: ["c"] } }));
      expect(problem).toMatchObject({ code: "unknown_merge_kind", status: 409 });
      expect(problem.detail).toContain("example.com/words");
    }
    const removed = await api.send("PATCH", path, { attributes: { words: null } });
    expect(await removed.json()).not.toHaveProperty("unread");
    await exchange(api.replica, knowing);
    expect((await knowing.get(uuid))?.attributes).toEqual({ title: "x" });
  });

  it("is told of where it was written while the entry was being deleted", async () => {
    const { api, path, knowing, uuid } = await meeting();
    await api.send("DELETE", path);
    await knowing.modify(uuid, { words: ["c"] });
    await exchange(api.replica, knowing);
    const { conflicts } = (await (await api.send("GET", "/v1/conflicts")).json()) as ConflictPageJson;
    expect(conflicts).toMatchObject([
      {
        kind: "deletion",
        losers: [{ attributes: { title: "x" }, unread: unread(["a", "c"], ["b"]) }],
      },
    ]);
  });
});
