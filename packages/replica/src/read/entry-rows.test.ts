import { memoryStorage, type Operation } from "@concordat/storage";
import { expect, it } from "vitest";
import { connect } from "../connect.js";
import type { Entry } from "../entry.js";
import { openReplica } from "../open-replica.js";
import { entryRowReader } from "./entry-rows.js";

it("reads the same entries out of the rows as the replica shows, those of other servers too", async () => {
  const storage = memoryStorage();
  const attributes = { tags: { merge: "set" }, hits: { merge: "counter" } } as const;
  const [left, right] = [
    await openReplica({ storage, attributes }),
    await openReplica({ storage: memoryStorage(), attributes }),
  ];
  const kept = await left.create({ title: "left", tags: ["a", "b"], hits: 1 });
  const gone = await left.create({ title: "gone" });
  const connection = connect(left, right);
  await right.waitFor(left.token());
  await right.modify(kept, { title: "right", tags: { remove: ["a"] }, hits: { increment: 4 } });
  const far = await right.create({ title: "far" });
  await right.delete(gone);
  await left.waitFor(right.token());
  connection.disconnect();
  const shown = new Map<string, Entry | undefined>([[gone, undefined]]);
  for await (const entry of left.entries()) shown.set(entry.uuid, entry);
  await left.close();
  await right.close();

  const store = await storage.openStore((await storage.open()) as string);
  const read = await entryRowReader(store);
  const snapshot = await store.snapshot();
  const { rows } = await snapshot.scan({ from: new Uint8Array(0) }, { rowsMax: 1e6, bytesMax: 1e9 });
  expect(new Map(read(rows).map(({ uuid, entry }) => [uuid, entry]))).toEqual(shown);
  expect([...shown.keys()]).toContain(far);
  const removal = rows.map(({ key }): Operation => ({ key, value: undefined }));
  expect(read(removal).every(({ entry }) => entry === undefined)).toBe(true);
  await storage.close();
});
