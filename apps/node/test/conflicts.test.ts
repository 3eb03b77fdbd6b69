import { describe, expect, it } from "vitest";
import type { ConflictJson, ConflictPageJson } from "../src/http/conflict-json.js";
import type { EntryJson } from "../src/http/entry-json.js";
import { eventually } from "./testing/eventually.js";
import { fetchOnce } from "./testing/http.js";
import { converge, type TestNode } from "./testing/node.js";
import { createPair } from "./testing/nodes.js";

/** Two daemons that hold one domain. */
const startedTogether = async (settings = ""): Promise<[TestNode, TestNode]> => {
  const [a, b] = await createPair();
  await a.addPartner(b);
  await b.addPartner(a, { automaticRefresh: true });
  for (const node of [a, b]) await node.editConfig((text) => `${text}\n${settings}`);
  await a.start();
  await a.put({ title: "there before" });
  await b.start();
  await converge(a, b);
  return [a, b];
};

/** Each does its part while the other is down; then both are up, and have met. */
const apart = async (
  [a, b]: readonly [TestNode, TestNode],
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<void> => {
  await b.stop();
  await first();
  await a.stop();
  await b.start();
  await second();
  await a.start();
  await converge(a, b);
};

const succeeds = async (node: TestNode, ...args: string[]): Promise<string> => {
  const { exitCode, stdout, stderr } = await node.run(...args);
  if (exitCode !== 0) throw new Error(`${args.join(" ")} exited with ${exitCode}: ${stderr}`);
  return stdout + stderr;
};

/** What the command line lists, one JSON a line. */
const listed = async (node: TestNode): Promise<ConflictJson[]> => {
  const { stdout } = await node.run("conflicts", "list", "--json");
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ConflictJson);
};

/** What the API lists; each is there under its id as well. */
const listedOverHttp = async ({ socketPath }: TestNode): Promise<ConflictJson[]> => {
  const read = async <T>(path: string): Promise<T> => JSON.parse((await fetchOnce({ socketPath, path })).body) as T;
  const { conflicts } = await read<ConflictPageJson>("/v1/conflicts");
  for (const conflict of conflicts) expect(await read(`/v1/conflicts/${conflict.id}`)).toEqual(conflict);
  return [...conflicts];
};

/** Both nodes list this one, and nothing else, on the command line and over HTTP. */
const listedOnBoth = async ([a, b]: readonly [TestNode, TestNode]): Promise<ConflictJson> => {
  const [conflict, ...others] = await listed(a);
  expect(others).toEqual([]);
  expect(await listed(b)).toEqual([conflict]);
  for (const node of [a, b]) expect(await listedOverHttp(node)).toEqual([conflict]);
  if (conflict === undefined) throw new Error("nothing is listed");
  expect(await a.json("conflicts", "show", conflict.id)).toEqual(conflict);
  return conflict;
};

const goneOnBoth = (pair: readonly [TestNode, TestNode]): Promise<unknown> =>
  eventually(
    async () => (await Promise.all(pair.map(listedOverHttp))).flat(),
    (conflicts) => conflicts.length === 0,
  );

describe("concordat conflicts", () => {
  it("tells of a concurrent overwrite on both nodes; resolved on one, it is gone on the other", async () => {
    const pair = await startedTogether();
    const [a, b] = pair;
    const uuid = await a.put({ title: "first" });
    await converge(a, b);
    await apart(
      pair,
      () => succeeds(a, "entry", "patch", uuid, '{"title": "by a"}'),
      () => succeeds(b, "entry", "patch", uuid, '{"title": "by b"}'),
    );
    const conflict = await listedOnBoth(pair);
    expect(conflict).toMatchObject({ kind: "overwrite", winner: { value: "by b" }, losers: [{ value: "by a" }] });
    const shown = await succeeds(b, "conflicts", "show", conflict.id);
    for (const text of ['"by a"', '"by b"', `conflicts resolve ${conflict.id} --keep loser`]) {
      expect(shown).toContain(text);
    }
    expect(await succeeds(a, "conflicts", "list")).toContain(conflict.id);
    await succeeds(b, "conflicts", "resolve", conflict.id, "--keep", "loser");
    await goneOnBoth(pair);
    await converge(a, b);
    expect((await a.json<EntryJson>("entry", "get", uuid)).attributes).toEqual({ title: "by a" });
    expect(await succeeds(a, "conflicts", "list")).toContain("there are no conflicts");
  });

  it("keeps the update that lost to a deletion, and restores it as a new entry", async () => {
    const pair = await startedTogether();
    const [a, b] = pair;
    const uuid = await a.put({ title: "first", note: "kept" });
    await converge(a, b);
    await apart(
      pair,
      () => succeeds(a, "entry", "delete", uuid),
      () => succeeds(b, "entry", "patch", uuid, '{"title": "changed"}'),
    );
    const conflict = await listedOnBoth(pair);
    expect(conflict).toMatchObject({ kind: "deletion", winner: { deleted: true } });
    const { uuid: restored } = await a.json<{ uuid: string }>("conflicts", "resolve", conflict.id, "--restore");
    await goneOnBoth(pair);
    await converge(a, b);
    expect((await b.json<EntryJson>("entry", "get", restored)).attributes).toEqual({ title: "changed", note: "kept" });
    expect((await b.run("entry", "get", uuid)).exitCode).toBe(1);
  });

  it("gives one uuid to the earlier of two creations, and keeps the other", async () => {
    const pair = await startedTogether();
    const [a, b] = pair;
    const uuid = "3f2b8c1e-9d4a-4e6f-8a7b-5c0d1e2f3a4b";
    await apart(
      pair,
      () => succeeds(a, "entry", "put", uuid, '{"title": "earlier"}'),
      () => succeeds(b, "entry", "put", uuid, '{"title": "later"}'),
    );
    const conflict = await listedOnBoth(pair);
    expect(conflict).toMatchObject({
      kind: "creation",
      winner: { uuid, attributes: { title: "earlier" } },
      losers: [{ attributes: { title: "later" } }],
    });
    expect((await b.json<EntryJson>("entry", "get", uuid)).attributes).toEqual({ title: "earlier" });
    await succeeds(b, "conflicts", "resolve", conflict.id, "--keep", "winner");
    await goneOnBoth(pair);
    await converge(a, b);
  });

  it("shows a unique value with the entry that had it first, and gives it to the other when told to", async () => {
    const pair = await startedTogether("[attributes.name]\nunique = true\n");
    const [a, b] = pair;
    let [first, second] = ["", ""];
    await apart(
      pair,
      async () => {
        first = await a.put({ name: "root" });
      },
      async () => {
        second = await b.put({ name: "root" });
      },
    );
    const conflict = await listedOnBoth(pair);
    expect(conflict).toMatchObject({
      kind: "unique",
      attribute: "name",
      winner: { uuid: first, value: "root" },
      losers: [{ uuid: second, value: "root" }],
    });
    for (const node of pair) {
      expect(await node.json("entry", "get", second)).toMatchObject({ attributes: {}, hidden: ["name"] });
    }
    await succeeds(a, "conflicts", "resolve", conflict.id, "--keep", "loser");
    await goneOnBoth(pair);
    await converge(a, b);
    expect((await b.json<EntryJson>("entry", "get", second)).attributes).toEqual({ name: "root" });
    expect((await b.json<EntryJson>("entry", "get", first)).attributes).toEqual({});
  });

  it("hides a reference to an entry that was deleted elsewhere, and shows it again for an entry that is there", async () => {
    const pair = await startedTogether('[attributes.member]\nmerge = "set"\nreference = true\n');
    const [a, b] = pair;
    const [target, group] = [await a.put({ title: "target" }), await a.put({ title: "group" })];
    await converge(a, b);
    await apart(
      pair,
      () => succeeds(a, "entry", "delete", target),
      () => succeeds(b, "entry", "patch", group, JSON.stringify({ member: [target] })),
    );
    const conflict = await listedOnBoth(pair);
    expect(conflict).toMatchObject({
      kind: "reference",
      uuid: group,
      attribute: "member",
      losers: [{ value: target }],
    });
    for (const node of pair) {
      const { attributes, hidden } = await node.json<EntryJson>("entry", "get", group);
      expect([attributes.title, attributes.member ?? [], hidden]).toEqual(["group", [], ["member"]]);
    }
    await succeeds(b, "conflicts", "resolve", conflict.id, "--keep", "winner");
    await goneOnBoth(pair);
    await converge(a, b);
    expect(await a.json("entry", "get", group)).not.toHaveProperty("hidden");
  });

  it("lists an entry that lacks what the schema requires, on both nodes, until somebody writes it", async () => {
    const pair = await startedTogether();
    const [a, b] = pair;
    const uuid = await a.put({ title: "no name" });
    await converge(a, b);
    for (const node of pair) {
      await node.editConfig((text) => `${text}\n[attributes.name]\nrequired = true\n`);
      await succeeds(node, "reload");
    }
    const listedInvalid = (await listed(a)).filter((conflict) => conflict.uuid === uuid);
    expect(listedInvalid).toMatchObject([{ kind: "invalid", losers: [{ uuid, attributes: { title: "no name" } }] }]);
    expect(await listed(b)).toEqual(await listed(a));
    for (const node of pair) expect(await listedOverHttp(node)).toEqual(await listed(node));
    expect(await succeeds(b, "conflicts", "show", `invalid.${uuid}`)).toContain("write what is missing");
    for (const { uuid: other } of await listed(a)) await succeeds(a, "entry", "patch", other, '{"name": "here"}');
    await goneOnBoth(pair);
  });

  it("exits 2 without a side, 1 for a conflict that there is not, 3 without a daemon", async () => {
    const [a] = await createPair();
    expect((await a.run("conflicts", "list")).exitCode).toBe(3);
    await a.start();
    expect((await a.run("conflicts", "resolve", "overwrite.x")).exitCode).toBe(2);
    expect((await a.run("conflicts", "resolve", "overwrite.x", "--keep", "both")).exitCode).toBe(2);
    const unknown = await a.run("conflicts", "show", "overwrite.x");
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toContain("there is no conflict overwrite.x");
  });
});
