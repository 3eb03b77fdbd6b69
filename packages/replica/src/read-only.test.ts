import { expect, test } from "vitest";
import { link, usePairOfCopies } from "./testing/links.js";
import { createEntries, expectConverged, heal, refreshFrom, type TestNode, testNode } from "./testing/test-topology.js";

let a: TestNode;
let b: TestNode;

usePairOfCopies((pair) => {
  [a, b] = pair;
});

test("local writes are refused by code, what partners write comes, and is passed on", async () => {
  b.replica.adjust({ readOnly: true });
  await link(a, b);
  const [uuid] = await createEntries(a, 1, "written on a");
  await heal([a, b]);
  if (uuid === undefined) throw new Error("nothing was written");
  const refused = { code: "read_only" };
  await expect(b.replica.create({ title: "no" })).rejects.toMatchObject(refused);
  await expect(b.replica.modify(uuid, { title: "no" })).rejects.toMatchObject(refused);
  await expect(b.replica.delete(uuid)).rejects.toMatchObject(refused);
  await expect(b.replica.transact(() => undefined)).rejects.toMatchObject(refused);
  await expect(b.replica.resolveConflict("any", { action: "keep-winner" })).rejects.toMatchObject(refused);
  expect(b.replica.status().readOnly).toBe(true);
  const c = await testNode("c");
  await refreshFrom(c, b);
  await expectConverged([a, b, c]);
  await c.replica.close();
  b.replica.adjust({ readOnly: false });
  await b.replica.modify(uuid, { title: "written on b" });
  await heal([a, b]);
  expect((await a.replica.get(uuid))?.attributes.title).toBe("written on b");
});

test("a read-only replica takes over a whole content", async () => {
  const reader = await testNode("reader", { readOnly: true });
  await refreshFrom(reader, a);
  await expectConverged([a, reader]);
  await reader.replica.close();
});
