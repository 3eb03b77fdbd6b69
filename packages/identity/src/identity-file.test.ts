import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { identityOf, NOW_MS, seededBytes } from "../test/fixture.js";
import { encodeIdentity } from "./identity.js";
import {
  adoptSuccessor,
  discardSuccessor,
  identityFilePath,
  loadIdentity,
  loadOrCreateIdentity,
  loadOrCreateSuccessor,
  loadSuccessor,
  saveIdentity,
  successorFilePath,
} from "./identity-file.js";

let root: string;
let directory: string;
const children: ChildProcessWithoutNullStreams[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "concordat-identity-"));
  directory = join(root, "data");
});

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(children.splice(0).map(stop));
  rmSync(root, { recursive: true });
});

const options = (name: string) => ({ origin: "repl://localhost:8444", nowMs: NOW_MS, randomBytes: seededBytes(name) });

const write = (text: string, mode = 0o600): void => {
  mkdirSync(directory, { recursive: true });
  writeFileSync(identityFilePath(directory), text);
  chmodSync(identityFilePath(directory), mode);
};

test("what is saved is loaded, from one file that only its owner can read", async () => {
  const identity = identityOf("a");
  await saveIdentity(directory, identity);
  expect(await loadIdentity(directory)).toEqual(identity);
  expect(statSync(identityFilePath(directory)).mode & 0o777).toBe(0o600);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(readdirSync(directory)).toEqual(["identity.pem"]);
});

test("saving replaces, and mends the rights", async () => {
  write(encodeIdentity(identityOf("old")), 0o644);
  await saveIdentity(directory, identityOf("new"));
  expect(await loadIdentity(directory)).toEqual(identityOf("new"));
  expect(readdirSync(directory)).toEqual(["identity.pem"]);
});

test("without a file, or without a directory, there is no identity", async () => {
  expect(await loadIdentity(directory)).toBeUndefined();
  mkdirSync(directory);
  expect(await loadIdentity(directory)).toBeUndefined();
});

test("loadOrCreateIdentity creates once, and returns the same from then on", async () => {
  const created = await loadOrCreateIdentity(join(directory, "deep", "er"), options("a"));
  expect(created).toEqual(identityOf("a"));
  expect(await loadOrCreateIdentity(join(directory, "deep", "er"), options("b"))).toEqual(created);
});

test.each([0o640, 0o604, 0o620, 0o601])("rights %o are refused, with the command that mends them", async (mode) => {
  directory = join(root, "it's here");
  write(encodeIdentity(identityOf("a")), mode);
  const remedy = `chmod 600 '${root}/it'\\''s here/identity.pem'`;
  for (const load of [() => loadIdentity(directory), () => loadOrCreateIdentity(directory, options("b"))]) {
    await expect(load()).rejects.toMatchObject({ code: "key_file_permissions", blame: "operator" });
    await expect(load()).rejects.toThrow(remedy);
  }
  expect(readFileSync(identityFilePath(directory), "utf8")).toBe(encodeIdentity(identityOf("a")));
});

test.each([0o777, 0o702])(
  "a directory with rights %o is refused: anybody could replace the key in it",
  async (mode) => {
    write(encodeIdentity(identityOf("a")));
    chmodSync(directory, mode);
    await expect(loadIdentity(directory)).rejects.toMatchObject({ code: "key_file_permissions", blame: "operator" });
    await expect(loadIdentity(directory)).rejects.toThrow(`chmod o-w ${directory}`);
  },
);

test.each([0o1777, 0o775, 0o755, 0o700])("a directory with rights %o is accepted", async (mode) => {
  write(encodeIdentity(identityOf("a")));
  chmodSync(directory, mode);
  expect(await loadIdentity(directory)).toEqual(identityOf("a"));
});

test.each([0o600, 0o400])("rights %o are accepted", async (mode) => {
  write(encodeIdentity(identityOf("a")), mode);
  expect(await loadIdentity(directory)).toEqual(identityOf("a"));
});

test("a key with another's certificate is refused, and the error names the file", async () => {
  write(identityOf("a").privateKeyPem + identityOf("b").certificate.pem);
  await expect(loadIdentity(directory)).rejects.toMatchObject({ code: "key_mismatch" });
  await expect(loadIdentity(directory)).rejects.toThrow(identityFilePath(directory));
});

test.each([
  ["empty", "", "identity_file_malformed"],
  ["cut off", encodeIdentity(identityOf("a")).slice(0, 500), "identity_file_malformed"],
  ["too long", "\n".repeat(70_000), "identity_file_malformed"],
  ["without a key", identityOf("a").certificate.pem, "identity_file_malformed"],
])("a file that is %s is refused, never replaced", async (_, text, code) => {
  write(text);
  await expect(loadIdentity(directory)).rejects.toMatchObject({ code });
  await expect(loadOrCreateIdentity(directory, options("b"))).rejects.toMatchObject({ code });
  expect(readFileSync(identityFilePath(directory), "utf8")).toBe(text);
});

test("a pair that does not belong together is never written", async () => {
  const torn = { ...identityOf("a"), privateKeyPem: identityOf("b").privateKeyPem };
  await expect(saveIdentity(directory, torn)).rejects.toMatchObject({ code: "key_mismatch" });
  expect(existsSync(directory)).toBe(false);
});

test("what the operating system refuses is identity_file_io, with its error as the cause", async () => {
  writeFileSync(directory, "a file where the directory should be");
  for (const action of [() => loadIdentity(directory), () => saveIdentity(directory, identityOf("a"))]) {
    await expect(action()).rejects.toMatchObject({ code: "identity_file_io", cause: { code: expect.any(String) } });
  }
  const other = join(root, "other");
  mkdirSync(join(identityFilePath(other), "occupied"), { recursive: true });
  await expect(saveIdentity(other, identityOf("a"))).rejects.toMatchObject({ code: "identity_file_io" });
  expect(readdirSync(other)).toEqual(["identity.pem"]);
});

test("a link that leads nowhere is not overwritten", async () => {
  mkdirSync(directory);
  symlinkSync("nowhere", identityFilePath(directory));
  await expect(loadOrCreateIdentity(directory, options("a"))).rejects.toMatchObject({ code: "identity_file_io" });
});

test("the file is on disk before it has its name, and its name is on disk before the promise resolves", async () => {
  mkdirSync(directory);
  const probe = await open(root, "r");
  const prototype: { sync(): Promise<void> } = Object.getPrototypeOf(probe);
  await probe.close();
  const { sync } = prototype;
  const synced: string[] = [];
  vi.spyOn(prototype, "sync").mockImplementation(async function (this: {
    stat(): Promise<{ isDirectory(): boolean; size: number }>;
    sync(): Promise<void>;
  }) {
    const status = await this.stat();
    const named = existsSync(identityFilePath(directory));
    synced.push(`${status.isDirectory() ? "directory" : `file of ${status.size}`}, ${named ? "named" : "unnamed"}`);
    return sync.call(this);
  });
  const identity = identityOf("a");
  const bytes = encodeIdentity(identity).length;
  for (const keep of [
    () => saveIdentity(directory, identity),
    () => loadOrCreateIdentity(directory, options("a")).then(() => {}),
  ]) {
    await keep();
    expect(synced.splice(0)).toEqual([`file of ${bytes}, unnamed`, "directory, named"]);
    rmSync(identityFilePath(directory));
  }
  // New directories are made durable in those that hold them, too.
  await saveIdentity(join(directory, "x", "y"), identity);
  expect(synced.filter((line) => line.startsWith("directory")).length).toBe(3);
});

test("whoever reads while another writes finds one identity or the other, whole", async () => {
  const identities = [identityOf("a"), identityOf("b")];
  await saveIdentity(directory, identityOf("a"));
  let saving = true;
  const writer = (async () => {
    for (let round = 0; round < 60; round++) await saveIdentity(directory, identities[round % 2] ?? identityOf("a"));
    saving = false;
  })();
  let reads = 0;
  while (saving) {
    expect(identities).toContainEqual(await loadIdentity(directory));
    reads++;
  }
  await writer;
  expect(reads).toBeGreaterThan(3);
});

test("of many who create at once one wins, and all have the winner's", async () => {
  const all = await Promise.all(
    ["a", "b", "c", "d", "e", "f"].map((name) => loadOrCreateIdentity(directory, options(name))),
  );
  const kept = await loadIdentity(directory);
  expect(all).toEqual(all.map(() => kept));
  expect(readdirSync(directory)).toEqual(["identity.pem"]);
});

const startProcess = (...args: readonly string[]): ChildProcessWithoutNullStreams => {
  const script = fileURLToPath(new URL("../test/identity-process.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, ...args]);
  child.stderr.pipe(process.stderr);
  children.push(child);
  return child;
};

const stop = async (child: ChildProcessWithoutNullStreams): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
};

test("of processes that create at once one wins, and all have the winner's", async () => {
  const directories = Array.from({ length: 20 }, (_, index) => join(root, `node-${index}`));
  const creators = Array.from({ length: 3 }, () => startProcess("create", ...directories));
  const readers = creators.map((child) => createInterface(child.stdout)[Symbol.asyncIterator]());
  for (const reader of readers) expect(await reader.next()).toMatchObject({ value: "ready" });
  for (const child of creators) child.stdin.write("go\n");
  for (const each of directories) {
    const fingerprints = await Promise.all(readers.map(async (reader) => (await reader.next()).value));
    const kept = (await loadIdentity(each))?.certificate.fingerprintSha256;
    expect(fingerprints).toEqual([kept, kept, kept]);
  }
}, 240_000);

test("a process that is killed while it saves leaves an identity, whole", async () => {
  for (let round = 0; round < 4; round++) {
    const child = startProcess("save-forever", directory);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    for (let saved = 0; saved < 3 + 2 * round; saved++) expect(await lines.next()).toMatchObject({ value: "saved" });
    await stop(child);
    expect(await loadIdentity(directory)).toBeDefined();
  }
}, 240_000);

test("a successor is kept beside the identity, with its rights, until it takes its place", async () => {
  const identity = identityOf("a");
  await saveIdentity(directory, identity);
  expect(await loadSuccessor(directory)).toBeUndefined();
  await expect(adoptSuccessor(directory)).rejects.toMatchObject({ code: "identity_file_io" });
  expect(await loadIdentity(directory)).toEqual(identity);

  const successor = await loadOrCreateSuccessor(directory, identity, options("next"));
  expect(successor.certificate.hosts).toEqual(identity.certificate.hosts);
  expect(successor.privateKeyPem).not.toBe(identity.privateKeyPem);
  expect(await loadOrCreateSuccessor(directory, identity, options("another"))).toEqual(successor);
  expect(await loadIdentity(directory)).toEqual(identity);
  expect(statSync(successorFilePath(directory)).mode & 0o777).toBe(0o600);
  chmodSync(successorFilePath(directory), 0o640);
  await expect(loadSuccessor(directory)).rejects.toMatchObject({ code: "key_file_permissions" });
  chmodSync(successorFilePath(directory), 0o600);

  await adoptSuccessor(directory);
  await discardSuccessor(directory);
  expect(await loadIdentity(directory)).toEqual(successor);
  expect(await loadSuccessor(directory)).toBeUndefined();
  expect(readdirSync(directory)).toEqual(["identity.pem"]);
});
