import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import type { Replica } from "@concordat/replica";
import { expect, test, vi } from "vitest";

const folder = new URL("../node_modules/.cache/readme/", import.meta.url);

/** What the example imports in place of the package: the package, which lets the test know the replica. */
const SHIM = `
import { openReplica as open, type Replica, type ReplicaOptions } from "@concordat/replica";
let tell: (replica: Replica) => void;
export const opened = new Promise<Replica>((resolve) => {
  tell = resolve;
});
export const openReplica = async (options: ReplicaOptions) => {
  const replica = await open(options);
  tell(replica);
  return replica;
};
`;

test("the first example of the README runs, and its loop shows what changes next", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  await mkdir(folder, { recursive: true });
  const shim = new URL("shim.ts", folder);
  const file = new URL("example.ts", folder);
  await writeFile(shim, SHIM);
  await writeFile(file, example.replace('from "@concordat/replica"', `from ${JSON.stringify(shim.pathname)}`));
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);

  const { opened } = (await import(/* @vite-ignore */ shim.pathname)) as { opened: Promise<Replica> };
  const running = import(/* @vite-ignore */ file.pathname);
  const replica = await opened;
  await vi.waitFor(async () => {
    const { entries } = await replica.list();
    expect(entries).toMatchObject([{ attributes: { class: ["note"], title: "hello, world", tags: ["new", "demo"] } }]);
  });
  const uuid = await replica.create({ title: "next" });
  await vi.waitFor(() => expect(log).toHaveBeenCalledWith(uuid, { title: "next" }));
  expect((await replica.verify()).problems).toEqual([]);
  await replica.close();
  await running;
  log.mockRestore();
  await rm(folder, { recursive: true });
});
