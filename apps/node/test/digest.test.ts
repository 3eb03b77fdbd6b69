import { join } from "node:path";
import { parseUuid, uuidToBytes } from "@concordat/crdt";
import { lmdbStorage } from "@concordat/storage-lmdb";
import { describe, expect, it } from "vitest";
import { eventually } from "./testing/eventually.js";
import type { TestNode } from "./testing/node.js";
import { createPair } from "./testing/nodes.js";

/** As a broken disk would: the entry is gone, and nothing says so. */
const loseEntry = async (node: TestNode, uuid: string): Promise<void> => {
  const storage = lmdbStorage(join(node.directory, "data"));
  const name = await storage.open();
  const store = await storage.openStore(String(name));
  const key = Buffer.concat([
    Buffer.from("e"),
    uuidToBytes(parseUuid(uuid) as NonNullable<ReturnType<typeof parseUuid>>),
  ]);
  await store.commit({ operations: [{ key, value: undefined }] });
  await storage.close();
};

describe("concordat digest --with", () => {
  it("names what differs, tells what was not pulled yet from what nothing explains, and exits by that", async () => {
    const [a, b] = await createPair();
    await a.addPartner(b);
    await b.addPartner(a);
    await Promise.all([a.start(), b.start()]);
    const lost = await a.put({ title: "to be lost on B" });
    const [, { exitCode: refreshed }] = [
      await a.put({ title: "kept" }),
      await b.run("refresh-replication-consumer", "--discard-local-changes"),
    ];
    expect(refreshed).toBe(0);
    await eventually(
      () => Promise.all([a.digest(), b.digest()]),
      ([left, right]) => left === right,
    );
    const same = await a.run("digest", "--with", b.origin);
    expect(same).toMatchObject({ exitCode: 0, stdout: "" });
    expect(same.stderr).toContain(`the same as ${b.origin}; 2 here, 2 there`);

    // From here on B pulls no more.
    await b.stop();
    await b.editConfig((text) =>
      text.replace('type = "mutual-pull"\npartner_cert', 'type = "allow-pull"\nconsumer_cert'),
    );
    await b.start();
    await a.linkIs(b, "in-sync");
    const created = await a.put({ title: "new on A" });
    const explained = await a.run("digest", "--with", b.origin);
    expect(explained).toMatchObject({ exitCode: 0, stdout: `${created}  only here (not pulled by the partner yet)\n` });

    await b.stop();
    await loseEntry(b, lost);
    await b.start();
    await a.linkIs(b, "in-sync");
    const found = await a.run("digest", "--with", b.origin, "--json");
    expect(found.exitCode).toBe(6);
    expect(JSON.parse(found.stdout)).toMatchObject({
      kind: "compared",
      complete: true,
      entriesHere: 3,
      entriesThere: 1,
    });
    const { differences } = JSON.parse(found.stdout) as { differences: { uuid: string; explained?: string }[] };
    expect(differences).toEqual(
      expect.arrayContaining([
        { uuid: lost, where: "only-here" },
        { uuid: created, where: "only-here", explained: "not-pulled-there" },
      ]),
    );
    expect(differences).toHaveLength(2);
  });

  it("exits 2 for a partner that is not configured, and 7 for one that does not listen", async () => {
    const [a, b] = await createPair();
    await a.addPartner(b);
    await a.start();
    expect((await a.run("digest", "--with", "repl://nowhere:1")).exitCode).toBe(2);
    expect((await a.run("digest", "--with", b.origin)).exitCode).toBe(7);
  });
});
