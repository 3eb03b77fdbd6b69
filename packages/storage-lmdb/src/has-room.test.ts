import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { hasRoom } from "./has-room.js";

it("finds room where there is some, leaves nothing behind, and says yes where it cannot tell", async () => {
  const directory = await mkdtemp(join(tmpdir(), "storage-lmdb-room-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, "main.mdb");
  await writeFile(file, "something");
  expect(await hasRoom(file, 3 << 20)).toBe(true);
  expect(await readdir(directory)).toEqual(["main.mdb"]);
  // Where it cannot be tried out, the failure that led here stays what it was.
  expect(await hasRoom(join(directory, "missing", "main.mdb"), 1)).toBe(true);
});
