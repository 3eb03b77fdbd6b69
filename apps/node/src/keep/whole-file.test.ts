import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeWholeFile } from "./whole-file.js";

let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "concordat-whole-file-"));
  file = join(directory, "whole");
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("is there whole, for its owner alone", async () => {
  const during: string[][] = [];
  const result = await writeWholeFile(file, { force: false }, async (append) => {
    await append(bytes("one "));
    during.push(await readdir(directory));
    await append(bytes("two"));
    return 7;
  });
  expect(result).toBe(7);
  expect(during[0]).not.toContain("whole");
  expect(await readFile(file, "utf8")).toBe("one two");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(directory)).toEqual(["whole"]);
});

test("is not there at all when it was cut, and what was there before stays", async () => {
  const cut = async (append: (some: Uint8Array) => Promise<void>): Promise<never> => {
    await append(bytes("half"));
    throw new Error("cut");
  };
  await expect(writeWholeFile(file, { force: false }, cut)).rejects.toThrow("cut");
  expect(await readdir(directory)).toEqual([]);
  await writeFile(file, "before");
  await expect(writeWholeFile(file, { force: true }, cut)).rejects.toThrow("cut");
  expect(await readdir(directory)).toEqual(["whole"]);
  expect(await readFile(file, "utf8")).toBe("before");
});

test("never takes the place of another unless told to, not even of one that came meanwhile", async () => {
  const meanwhile = async (append: (some: Uint8Array) => Promise<void>): Promise<void> => {
    await append(bytes("mine"));
    await writeFile(file, "theirs");
  };
  await expect(writeWholeFile(file, { force: false }, meanwhile)).rejects.toMatchObject({ code: "file_exists" });
  expect(await readFile(file, "utf8")).toBe("theirs");
  expect(await readdir(directory)).toEqual(["whole"]);
  await expect(writeWholeFile(file, { force: false }, async () => undefined)).rejects.toMatchObject({
    code: "file_exists",
  });
  await writeWholeFile(file, { force: true }, (append) => append(bytes("mine")));
  expect(await readFile(file, "utf8")).toBe("mine");
});
