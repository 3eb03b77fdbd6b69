import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { EntryJson } from "../src/http/entry-json.js";
import type { TestNode } from "./testing/node.js";
import { createNode } from "./testing/nodes.js";

/** For tests that do not mind what others have left. */
let node: TestNode;

beforeAll(async () => {
  node = await startedNode();
});

const startedNode = async (): Promise<TestNode> => {
  const node = await createNode();
  await node.start();
  return node;
};

describe("concordat entry", () => {
  it("creates, shows, replaces, patches, lists and deletes entries", async () => {
    const { exitCode, stdout } = await node.run("entry", "put", '{"title": "hello", "draft": true}');
    expect(exitCode).toBe(0);
    const { uuid } = JSON.parse(stdout) as EntryJson;

    const patched = await node.json<EntryJson>("entry", "patch", uuid, '{"title": "hello, world", "draft": null}');
    expect(patched.attributes).toEqual({ title: "hello, world" });
    expect(await node.json("entry", "get", uuid)).toEqual(patched);

    const replaced = await node.json<EntryJson>("entry", "put", uuid, '{"name": "other"}');
    expect(replaced.attributes).toEqual({ name: "other" });
    const listed = await node.run("entry", "list", "--filter", 'name eq "other"');
    expect(listed.stdout).toBe(`${uuid}  {"name":"other"}\n`);

    expect(await node.run("entry", "delete", uuid)).toMatchObject({
      exitCode: 0,
      stdout: "",
      stderr: `deleted ${uuid}\n`,
    });
    const gone = await node.run("entry", "get", uuid);
    expect(gone).toMatchObject({ exitCode: 1, stdout: "" });
    expect(gone.stderr).toContain("The entry was deleted");
  });

  it("reads attributes from stdin, also in the form that entry get prints", async () => {
    const { stdout } = await node.runWith('{"title": "piped"}', "entry", "put", "--json");
    const entry = JSON.parse(stdout) as EntryJson;
    const again = await node.runWith(stdout, "entry", "put", entry.uuid, "-", "--json");
    expect(JSON.parse(again.stdout).attributes).toEqual({ title: "piped" });
  });

  it("lists page by page and by filter", async () => {
    const node = await startedNode();
    for (const name of ["one", "two", "three"]) await node.put({ name });
    const { stdout, stderr } = await node.run("entry", "list", "--limit", "2", "--json");
    expect(stdout.trim().split("\n")).toHaveLength(2);
    const cursor = /--cursor (\S+)/.exec(stderr)?.[1] ?? "";
    expect((await node.run("entry", "list", "--cursor", cursor)).stdout.trim().split("\n")).toHaveLength(1);
    const filtered = await node.run("entry", "list", "--filter", 'name eq "two"', "--json");
    expect(JSON.parse(filtered.stdout).attributes).toEqual({ name: "two" });
  });

  it("exits 2 for attributes that are no JSON object", async () => {
    for (const attributes of ["{", "[1]", '{"a": 1, "a": 2}']) {
      expect(await node.run("entry", "put", attributes)).toMatchObject({ exitCode: 2, stdout: "" });
    }
  });

  it("exits 1 with the daemon's reason for what it refuses", async () => {
    const { exitCode, stderr } = await node.run("entry", "get", "nonsense", "--json");
    expect(exitCode).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "invalid_uuid" } });
  });
});

describe("concordat import and export", () => {
  const lines = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => JSON.stringify({ attributes: { index, name: `entry ${index}` } }));

  it("carry a whole database to another node", async () => {
    const [node, other] = await Promise.all([startedNode(), startedNode()]);
    await writeFile(join(node.directory, "data.ndjson"), `${lines(2_345).join("\n")}\n`);
    const imported = await node.run("import", "data.ndjson");
    expect(imported).toMatchObject({ exitCode: 0, stdout: "" });
    expect(imported.stderr).toMatch(/imported 2,345 entries in \d+\.\d s\n$/);

    const { stdout: exported } = await node.run("export");
    const uuids = exported
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as EntryJson).uuid);
    expect(uuids).toHaveLength(2_345);
    expect(uuids).toEqual([...uuids].sort());

    expect(JSON.parse((await other.runWith(exported, "import", "-", "--json")).stdout)).toEqual({ imported: 2_345 });
    const withoutTimes = (text: string) => text.replaceAll(/,"(created|modified)At":"[^"]*"/g, "");
    expect(withoutTimes((await other.run("export")).stdout)).toBe(withoutTimes(exported));
    // What has a uuid is put: importing it twice makes no second copy.
    expect((await other.runWith(exported, "import", "-")).exitCode).toBe(0);
    expect((await other.run("digest")).stdout).toContain("2,345 entries, 0 tombstones");
  });

  it("exports what a filter accepts, and of a stopped node as well", async () => {
    const node = await startedNode();
    await node.put({ kind: "note", title: "one" });
    await node.put({ kind: "task", title: "two" });
    const titles = async (...args: string[]): Promise<string[]> => {
      const { exitCode, stdout } = await node.run("export", ...args);
      expect(exitCode).toBe(0);
      const lines = stdout.split("\n").slice(0, -1);
      return lines.map((line) => (JSON.parse(line) as { attributes: { title: string } }).attributes.title).sort();
    };
    expect(await titles("--filter", 'kind eq "note"')).toEqual(["one"]);
    const wrong = await node.run("export", "--filter", "kind is note");
    expect(wrong).toMatchObject({ exitCode: 2, stdout: "" });
    await node.stop();
    expect(await titles()).toEqual(["one", "two"]);
    expect(await titles("--filter", 'kind eq "task"')).toEqual(["two"]);
  });

  it("stops at a line that is no entry, having imported those before it, and says how to go on", async () => {
    const node = await startedNode();
    const text = [...lines(700), "{oops", ...lines(50)].join("\n");
    await writeFile(join(node.directory, "data.ndjson"), text);
    const { exitCode, stdout, stderr } = await node.run("import", "data.ndjson");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("imported 700 entries; no line after 700 was\n");
    expect(stderr).toContain("data.ndjson: line 701 is not the JSON that it should be, at column 2");
    expect(stderr).toContain("mend it, then run it again: it goes on at line 701, and makes nothing twice");
    expect((await node.run("digest")).stdout).toContain("700 entries");

    await writeFile(join(node.directory, "data.ndjson"), text.replace("{oops", '{"attributes": {"mended": true}}'));
    const mended = await node.run("import", "data.ndjson");
    expect(mended).toMatchObject({ exitCode: 0 });
    expect(mended.stderr).toContain("going on behind line 700");
    expect((await node.run("digest")).stdout).toContain("751 entries");
    expect(await readdir(node.directory)).not.toContain("data.ndjson.import");
  });

  it("names the line that the daemon refuses, and exactly what is missing", async () => {
    const uuid = await node.put({ name: "dead" });
    await node.remove(uuid);
    const refused = JSON.stringify({ uuid, attributes: { name: "zombie" } });
    const text = [...lines(600), refused, ...lines(10)].join("\n");
    const { exitCode, stderr } = await node.runWith(text, "import", "-");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("imported 500 entries; none of the lines 501 to 611, which stand or fall together");
    expect(stderr).toContain("-: line 601 was refused: The entry was deleted");
    expect(stderr).toContain("sed -n '501,611p;612,$p' FILE | concordat import -");
  });

  it.each([
    ['{"attributes": {"a": 1}, "name": 2}', 'has "name" beside "attributes"'],
    ['{"uuid": 7, "attributes": {}}', 'has a "uuid" that is no string'],
    ["[]", "is no object"],
    ['{"attributes": {"n": 9007199254740993}}', "would be rounded"],
  ])("refuses the line %s", async (line, reason) => {
    const { exitCode, stderr } = await node.runWith(line, "import", "-");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`-: line 1 `);
    expect(stderr).toContain(reason);
  });

  it("refuses bytes that are no UTF-8 instead of replacing them", async () => {
    const bytes = Buffer.concat([Buffer.from('{"attributes": {"a": "'), Buffer.from([0xff]), Buffer.from('"}}\n')]);
    const { exitCode, stderr } = await node.runWith(bytes, "import", "-");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("-: line 1 is not valid UTF-8");
  });

  it("exits 2 for a file that is not there", async () => {
    expect(await node.run("import", "absent.ndjson")).toMatchObject({
      exitCode: 2,
      stderr: "concordat: cannot read absent.ndjson: there is no such file\n",
    });
  });
});

describe("concordat verify", () => {
  it("checks the database of a stopped node as well", async () => {
    const node = await startedNode();
    await node.put({ name: "one" });
    const sha256 = await node.digest();
    expect(await node.json("verify")).toEqual({ entriesChecked: 1, problems: [], sha256 });
    await node.stop();
    expect(await node.run("verify")).toMatchObject({ exitCode: 0, stdout: "sound: checked 1 entry\n" });
    expect(await node.json("verify")).toEqual({ entriesChecked: 1, problems: [], sha256 });
  });

  it("creates no database where there is none", async () => {
    const fresh = await createNode();
    const { exitCode, stderr } = await fresh.run("verify");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("there is no database in");
    expect((await fresh.run("verify")).exitCode).toBe(1);
  });
});
