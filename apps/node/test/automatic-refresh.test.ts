import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { EntryJson } from "../src/http/entry-json.js";
import { converge } from "./testing/node.js";
import { createPair } from "./testing/nodes.js";

describe("the guide's partially automated way", () => {
  it("refreshes the secondary by itself, and never the primary", async () => {
    const [primary, secondary] = await createPair();
    await primary.addPartner(secondary);
    await secondary.addPartner(primary, { automaticRefresh: true });
    await primary.start();
    await primary.put({ title: "of the primary" });
    const domain = (await primary.status()).domainUuid;
    await secondary.start();

    await secondary.linkIs(primary, "in-sync");
    expect((await secondary.status()).domainUuid).toBe(domain);
    await secondary.put({ title: "of the secondary" });
    await converge(primary, secondary);
    expect((await primary.status()).domainUuid).toBe(domain);
    expect(primary.daemon.log().filter(({ event }) => event === "refresh_done")).toEqual([]);
    expect(secondary.daemon.log().filter(({ event }) => event === "refresh_done")).toHaveLength(1);
  });

  it("keeps in a file what the refresh discards, ready to be imported", async () => {
    const [primary, secondary] = await createPair();
    await secondary.start();
    await secondary.put({ title: "only here" });
    await secondary.stop();
    await primary.addPartner(secondary);
    await secondary.addPartner(primary, { automaticRefresh: true });
    await primary.start();
    await primary.put({ title: "of the primary" });
    await secondary.start();
    await secondary.linkIs(primary, "in-sync");

    const { path } = await secondary.daemon.logged("discarded_exported");
    const directory = join(secondary.directory, "data");
    const [file = ""] = (await readdir(directory)).filter((name) => /^discarded-.*\.ndjson$/.test(name));
    expect(path).toBe(join(directory, file));
    const text = await readFile(join(directory, file), "utf8");
    expect((JSON.parse(text) as EntryJson).attributes).toEqual({ title: "only here" });

    expect((await secondary.run("import", join(directory, file))).exitCode).toBe(0);
    await converge(primary, secondary);
    expect((await primary.run("entry", "list")).stdout).toContain("only here");
  });
});
