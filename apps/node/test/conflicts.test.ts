import { beforeAll, describe, expect, it } from "vitest";
import type { ConflictJson, ConflictPageJson } from "../src/http/conflict-json.js";
import { eventually } from "./testing/eventually.js";
import { converge, type TestNode } from "./testing/node.js";
import { createNode, createSyncedPair } from "./testing/nodes.js";

/** Two daemons that hold one domain. Each test resolves the conflicts that it brings about. */
let pair: readonly [TestNode, TestNode];
let a: TestNode;
let b: TestNode;

beforeAll(async () => {
  pair = await createSyncedPair(
    "",
    '[attributes.name]\nunique = true\n[attributes.member]\nmerge = "set"\nreference = true\n',
  );
  [a, b] = pair;
});

/** Each does its part before it hears of the other's; then they have met. */
const apart = async (first: () => Promise<unknown>, second: () => Promise<unknown>): Promise<void> => {
  await Promise.all([a.pause(b), b.pause(a)]);
  await first();
  await second();
  await Promise.all([a.resume(b), b.resume(a)]);
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

const pageOf = (node: TestNode): Promise<ConflictPageJson> => node.ask("GET", "/v1/conflicts");

/** What the API lists; each is there under its id as well. */
const listedOverHttp = async (node: TestNode): Promise<ConflictJson[]> => {
  const { conflicts } = await pageOf(node);
  for (const conflict of conflicts) expect(await node.ask("GET", `/v1/conflicts/${conflict.id}`)).toEqual(conflict);
  return [...conflicts];
};

/** Both nodes list this one, and nothing else, on the command line and over HTTP. */
const listedOnBoth = async (): Promise<ConflictJson> => {
  const [conflict, ...others] = await listed(a);
  expect(others).toEqual([]);
  expect(await listed(b)).toEqual([conflict]);
  for (const node of pair) expect(await listedOverHttp(node)).toEqual([conflict]);
  if (conflict === undefined) throw new Error("nothing is listed");
  expect(await a.json("conflicts", "show", conflict.id)).toEqual(conflict);
  return conflict;
};

const goneOnBoth = (): Promise<unknown> =>
  eventually(
    () => Promise.all(pair.map(pageOf)),
    (pages) => pages.every(({ conflicts }) => conflicts.length === 0),
  );

describe("concordat conflicts", () => {
  it("tells of a concurrent overwrite on both nodes; resolved on one, it is gone on the other", async () => {
    const uuid = await a.put({ title: "first" });
    await converge(a, b);
    await apart(
      () => a.patch(uuid, { title: "by a" }),
      () => b.patch(uuid, { title: "by b" }),
    );
    const conflict = await listedOnBoth();
    expect(conflict).toMatchObject({ kind: "overwrite", winner: { value: "by b" }, losers: [{ value: "by a" }] });
    const shown = await succeeds(b, "conflicts", "show", conflict.id);
    for (const text of ['"by a"', '"by b"', `conflicts resolve ${conflict.id} --keep loser`]) {
      expect(shown).toContain(text);
    }
    expect(await succeeds(a, "conflicts", "list")).toContain(conflict.id);
    await succeeds(b, "conflicts", "resolve", conflict.id, "--keep", "loser");
    await goneOnBoth();
    await converge(a, b);
    expect((await a.entry(uuid)).attributes).toEqual({ title: "by a" });
    expect(await succeeds(a, "conflicts", "list")).toContain("there are no conflicts");
  });

  it("keeps the update that lost to a deletion, and restores it as a new entry", async () => {
    const uuid = await a.put({ title: "first", note: "kept" });
    await converge(a, b);
    await apart(
      () => a.remove(uuid),
      () => b.patch(uuid, { title: "changed" }),
    );
    const conflict = await listedOnBoth();
    expect(conflict).toMatchObject({ kind: "deletion", winner: { deleted: true } });
    const { uuid: restored } = await a.json<{ uuid: string }>("conflicts", "resolve", conflict.id, "--restore");
    await goneOnBoth();
    await converge(a, b);
    expect((await b.entry(restored)).attributes).toEqual({ title: "changed", note: "kept" });
    expect(await b.has(uuid)).toBe(false);
  });

  it("gives one uuid to the earlier of two creations, and keeps the other", async () => {
    const uuid = "3f2b8c1e-9d4a-4e6f-8a7b-5c0d1e2f3a4b";
    await apart(
      () => a.ask("PUT", `/v1/entries/${uuid}`, { attributes: { title: "earlier" } }),
      () => b.ask("PUT", `/v1/entries/${uuid}`, { attributes: { title: "later" } }),
    );
    const conflict = await listedOnBoth();
    expect(conflict).toMatchObject({
      kind: "creation",
      winner: { uuid, attributes: { title: "earlier" } },
      losers: [{ attributes: { title: "later" } }],
    });
    expect((await b.entry(uuid)).attributes).toEqual({ title: "earlier" });
    await succeeds(b, "conflicts", "resolve", conflict.id, "--keep", "winner");
    await goneOnBoth();
    await converge(a, b);
    expect((await a.entry(uuid)).attributes).toEqual({ title: "earlier" });
  });

  it("shows a unique value with the entry that had it first, and gives it to the other when told to", async () => {
    let [first, second] = ["", ""];
    await apart(
      async () => {
        first = await a.put({ name: "root" });
      },
      async () => {
        second = await b.put({ name: "root" });
      },
    );
    const conflict = await listedOnBoth();
    expect(conflict).toMatchObject({
      kind: "unique",
      attribute: "name",
      winner: { uuid: first, value: "root" },
      losers: [{ uuid: second, value: "root" }],
    });
    for (const node of pair) {
      expect(await node.entry(second)).toMatchObject({ attributes: {}, hidden: ["name"] });
    }
    await succeeds(a, "conflicts", "resolve", conflict.id, "--keep", "loser");
    await goneOnBoth();
    await converge(a, b);
    expect((await b.entry(second)).attributes).toEqual({ name: "root" });
    expect((await b.entry(first)).attributes).toEqual({});
  });

  it("hides a reference to an entry that was deleted elsewhere, and shows it again for an entry that is there", async () => {
    const [target, group] = [await a.put({ title: "target" }), await a.put({ title: "group" })];
    await converge(a, b);
    await apart(
      () => a.remove(target),
      () => b.patch(group, { member: [target] }),
    );
    const conflict = await listedOnBoth();
    expect(conflict).toMatchObject({
      kind: "reference",
      uuid: group,
      attribute: "member",
      losers: [{ value: target }],
    });
    for (const node of pair) {
      const { attributes, hidden } = await node.entry(group);
      expect([attributes.title, attributes.member ?? [], hidden]).toEqual(["group", [], ["member"]]);
    }
    await succeeds(b, "conflicts", "resolve", conflict.id, "--keep", "winner");
    await goneOnBoth();
    await converge(a, b);
    expect(await a.entry(group)).not.toHaveProperty("hidden");
  });

  it("lists an entry that lacks what the schema requires, on both nodes, until somebody writes it", async () => {
    const uuid = await a.put({ title: "of no kind" });
    await converge(a, b);
    for (const node of pair) {
      await node.editConfig((text) => `${text}\n[attributes.kind]\nrequired = true\n`);
      await node.reload();
    }
    const listedInvalid = (await listed(a)).filter((conflict) => conflict.uuid === uuid);
    expect(listedInvalid).toMatchObject([{ kind: "invalid", losers: [{ uuid, attributes: { title: "of no kind" } }] }]);
    expect(await listed(b)).toEqual(await listed(a));
    for (const node of pair) expect(await listedOverHttp(node)).toEqual(await listed(node));
    expect(await succeeds(b, "conflicts", "show", `invalid.${uuid}`)).toContain("write what is missing");
    for (const { uuid: other } of await listed(a)) await a.patch(other, { kind: "here" });
    await goneOnBoth();
  });

  it("exits 2 without a side, 1 for a conflict that there is not, 3 without a daemon", async () => {
    expect((await (await createNode()).run("conflicts", "list")).exitCode).toBe(3);
    expect((await a.run("conflicts", "resolve", "overwrite.x")).exitCode).toBe(2);
    expect((await a.run("conflicts", "resolve", "overwrite.x", "--keep", "both")).exitCode).toBe(2);
    const unknown = await a.run("conflicts", "show", "overwrite.x");
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toContain("there is no conflict overwrite.x");
  });
});
