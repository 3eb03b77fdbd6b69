import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { runCommand } from "./testing/command.js";
import { createNode } from "./testing/nodes.js";

const rightsOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe("concordat init", () => {
  it("writes a valid configuration and an identity that only the owner can read", async () => {
    const cwd = await mkdtemp(join(tmpdir(), "concordat-test-"));
    const { exitCode, stderr } = await runCommand(["init", "--origin", "repl://localhost:8444"], { cwd });
    expect(exitCode, stderr).toBe(0);
    expect(await runCommand(["configtest"], { cwd })).toMatchObject({ exitCode: 0, stdout: "server.toml is valid\n" });
    expect(await rightsOf(join(cwd, "server.toml"))).toBe(0o600);
    expect(await rightsOf(join(cwd, "data"))).toBe(0o700);
    expect(await rightsOf(join(cwd, "data/identity.pem"))).toBe(0o600);
    await rm(cwd, { recursive: true });
  });

  it("puts database and identity where --db-path says, and nothing beside the file", async () => {
    const cwd = await mkdtemp(join(tmpdir(), "concordat-test-"));
    const args = ["init", "--origin", "repl://localhost:8444", "-c", "etc/server.toml", "--db-path", join(cwd, "var")];
    expect((await runCommand(args, { cwd })).exitCode).toBe(0);
    expect(await rightsOf(join(cwd, "var/identity.pem"))).toBe(0o600);
    expect(await readdir(join(cwd, "etc"))).toEqual(["server.toml"]);
    await rm(cwd, { recursive: true });
  });

  it("never overwrites a file", async () => {
    const node = await createNode();
    const before = await node.config();
    const { exitCode, stderr } = await node.run("init", "--origin", "repl://elsewhere:1");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("server.toml exists already, and nothing was changed");
    expect(await node.config()).toBe(before);
  });

  it("exits 2 for an origin that is none, and writes nothing", async () => {
    const cwd = await mkdtemp(join(tmpdir(), "concordat-test-"));
    const { exitCode, stderr } = await runCommand(["init", "--origin", "http://localhost"], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("repl://host:port");
    await expect(stat(join(cwd, "server.toml"))).rejects.toThrow("ENOENT");
    await rm(cwd, { recursive: true });
  });
});

describe("concordat show-replication-certificate", () => {
  it("prints the line for the partner's file and nothing else, with the daemon stopped and running", async () => {
    const node = await createNode();
    const stopped = await node.run("show-replication-certificate", "-c", "server.toml");
    expect(stopped.stdout).toMatch(/^certificate: "MII[A-Za-z0-9+/]+=*"\n$/);
    expect(stopped.stderr).toBe("");
    await node.start();
    expect(await node.run("show-replication-certificate")).toEqual(stopped);
  });

  it("creates the identity when the file asks for replication and there is none yet", async () => {
    const node = await createNode();
    const show = () => node.run("show-replication-certificate");
    const first = await show();
    await rm(join(node.directory, "data"), { recursive: true });
    const second = await show();
    expect(second.exitCode).toBe(0);
    expect(second).not.toEqual(first);
    expect(await show()).toEqual(second);
    expect(second.stdout).toBe(`certificate: "${await node.certificate()}"\n`);
  });

  it("exits 78 when the node does not replicate", async () => {
    const node = await createNode();
    await node.writeConfig("");
    const { exitCode, stdout, stderr } = await node.run("show-replication-certificate");
    expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: "" });
    expect(stderr).toContain("add [replication] with origin and bindaddress");
  });

  it("has metadata that openssl agrees with", async () => {
    const node = await createNode();
    const metadata = await node.json<Record<string, string>>("show-replication-certificate-metadata");
    const pem = join(node.directory, "data/identity.pem");
    const { stdout } = await promisify(execFile)("openssl", ["x509", "-in", pem, "-noout", "-fingerprint", "-sha256"]);
    expect(stdout.trim().split("=")[1]).toBe(metadata.fingerprintSha256);
    const { stdout: text } = await node.run("show-replication-certificate-metadata");
    expect(text).toContain(metadata.fingerprintSha256);
    expect(text).toContain("1460 d left");
  });
});
