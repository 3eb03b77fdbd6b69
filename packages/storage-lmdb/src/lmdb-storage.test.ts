import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lmdbStorage } from "./lmdb-storage.js";

let parent: string;
let directory: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "storage-lmdb-files-"));
  directory = join(parent, "deep", "down");
});

afterEach(() => rm(parent, { recursive: true }));

const operations = [{ key: Buffer.from("key"), value: Buffer.from("value") }];

const rights = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe("files", () => {
  it("are for this user alone", async () => {
    const storage = lmdbStorage(directory);
    await storage.open();
    await (await storage.openStore("main")).commit({ operations });
    await storage.makeCurrent("main");
    expect(await rights(directory)).toBe("700");
    const files = await readdir(directory);
    expect(files.sort()).toEqual(["CURRENT", "LOCK", "LOCK-lock", "main.mdb", "main.mdb-lock"]);
    expect(await Promise.all(files.map((file) => rights(join(directory, file))))).toEqual(files.map(() => "600"));
    await storage.close();
  });

  it("go into a directory that exists without changing its rights", async () => {
    await mkdir(directory, { recursive: true });
    await chmod(directory, 0o750);
    const storage = lmdbStorage(directory);
    await storage.open();
    await storage.close();
    expect(await rights(directory)).toBe("750");
  });

  it("are not touched before open", async () => {
    lmdbStorage(directory);
    expect(await readdir(parent)).toEqual([]);
  });

  it("of a database go when it is dropped", async () => {
    const storage = lmdbStorage(directory);
    await storage.open();
    await (await storage.openStore("main")).close();
    await storage.drop("main");
    expect((await readdir(directory)).sort()).toEqual(["LOCK", "LOCK-lock"]);
    await storage.close();
  });

  it("of others are left alone and not listed", async () => {
    await mkdir(directory, { recursive: true });
    for (const name of ["notes.txt", "Upper.mdb", "main.mdb.old"]) await writeFile(join(directory, name), "");
    const storage = lmdbStorage(directory);
    await storage.open();
    expect(await storage.names()).toEqual([]);
    await storage.close();
    expect(await readdir(directory)).toContain("Upper.mdb");
  });
});

describe("CURRENT", () => {
  it("is one line, replaced as a whole; a half-written successor does not count", async () => {
    const storage = lmdbStorage(directory);
    await storage.open();
    await storage.openStore("one");
    await storage.makeCurrent("one");
    await storage.close();
    expect(await readFile(join(directory, "CURRENT"), "utf8")).toBe("one\n");
    await writeFile(join(directory, "CURRENT.tmp"), "tw");
    expect(await storage.open()).toBe("one");
    await storage.openStore("two");
    await storage.makeCurrent("two");
    await storage.close();
    expect(await storage.open()).toBe("two");
    await storage.close();
  });

  it("that makes no sense, or names what is not there, is store_corrupt, until another one is current", async () => {
    await mkdir(directory, { recursive: true });
    const storage = lmdbStorage(directory);
    for (const content of ["", "\0\0\0", "../elsewhere", "missing\n"]) {
      await writeFile(join(directory, "CURRENT"), content);
      const current = (await storage.open()) as string;
      await expect(storage.openStore(current)).rejects.toMatchObject({ code: "store_corrupt" });
      expect(await storage.names()).not.toContain(current);
      await storage.openStore("restored");
      await storage.makeCurrent("restored");
      await storage.close();
    }
    expect(await storage.open()).toBe("restored");
    await storage.close();
  });
});

describe("a place that cannot be used", () => {
  it("is store_corrupt where a database is not one of LMDB's", async () => {
    const storage = lmdbStorage(directory);
    await storage.open();
    const file = join(directory, "main.mdb");
    await (await storage.openStore("main")).close();
    const whole = await readFile(file);
    const noSecondPage = Buffer.from(whole).fill(0, 4096);
    const otherVersion = Buffer.from(whole);
    otherVersion[28] = 1;
    for (const content of [
      Buffer.alloc(16_384, "not a database "),
      whole.subarray(0, 30),
      whole.subarray(0, 4100),
      noSecondPage,
      otherVersion,
    ]) {
      await writeFile(file, content);
      await expect(storage.openStore("main")).rejects.toMatchObject({ code: "store_corrupt" });
    }
    await rm(file);
    await (await storage.openStore("main")).commit({ operations });
    await storage.close();
  });

  it("may be an empty file: a database that was being made when the power went", async () => {
    const storage = lmdbStorage(directory);
    await storage.open();
    await writeFile(join(directory, "main.mdb"), "");
    await (await storage.openStore("main")).commit({ operations });
    await storage.close();
  });

  it("is refused where mapBytesMax cannot be mapped", () => {
    for (const mapBytesMax of [0, -1, 0.5, Number.NaN, 2 ** 50])
      expect(() => lmdbStorage(directory, { mapBytesMax })).toThrow(RangeError);
  });

  it("is store_io where the directory is a file, and says which", async () => {
    await writeFile(join(parent, "deep"), "");
    const refusal = lmdbStorage(directory).open();
    await expect(refusal).rejects.toMatchObject({ code: "store_io" });
    await expect(refusal).rejects.toThrow(directory);
  });
});
