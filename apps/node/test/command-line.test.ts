import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "./testing/command.js";
import { createNode } from "./testing/nodes.js";

const COMMANDS = [
  "init",
  "server",
  "configtest",
  "show-replication-certificate",
  "show-replication-certificate-metadata",
  "refresh-replication-consumer",
  "status",
  "doctor",
  "reload",
  "entry",
  "import",
  "export",
  "verify",
  "digest",
];

let cwd = "";

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "concordat-test-"));
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

describe("the command line", () => {
  it("prints its version", async () => {
    expect(await runCommand(["--version"], { cwd })).toEqual({ exitCode: 0, stdout: "0.1.0\n", stderr: "" });
  });

  it("lists every command in its help, with the exit codes", async () => {
    const { exitCode, stdout } = await runCommand(["--help"], { cwd });
    expect(exitCode).toBe(0);
    for (const command of COMMANDS) expect(stdout).toContain(`\n  ${command} `);
    expect(stdout).toContain("78 bad configuration");
  });

  it.each(COMMANDS)("shows an example in the help of %s", async (command) => {
    const { exitCode, stdout } = await runCommand([command, "--help"], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Example:\n  concordat ${command}`);
  });

  it("suggests the nearest command for an unknown one and exits 2", async () => {
    const { exitCode, stdout, stderr } = await runCommand(["stauts"], { cwd });
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("Did you mean status?");
  });

  it.each([[[]], [["entry"]], [["status", "--wach"]], [["import"]], [["init"]], [["entry", "get"]]])(
    "exits 2 for %j",
    async (args) => {
      const { exitCode, stdout } = await runCommand(args, { cwd });
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    },
  );

  it("says how to make a configuration when there is none and exits 78", async () => {
    const { exitCode, stderr } = await runCommand(["status"], { cwd });
    expect(exitCode).toBe(78);
    expect(stderr).toBe(
      "concordat: there is no server.toml\n  name the file with --config or CONCORDAT_CONFIG, or make one: concordat init --origin repl://host:port\n",
    );
  });

  it("tells an error as one line of JSON with --json", async () => {
    const { exitCode, stdout, stderr } = await runCommand(["digest", "--json", "-c", "absent.toml"], { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: "" });
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: "configuration_unreadable", message: "there is no absent.toml" },
    });
  });

  it("reads the file that CONCORDAT_CONFIG names", async () => {
    const node = await createNode();
    const environment = { CONCORDAT_CONFIG: node.configFile };
    const { exitCode, stdout } = await runCommand(["configtest"], { cwd, environment });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${node.configFile} is valid\n` });
  });

  it("lists every error of the file at its place and exits 78, whatever the command", async () => {
    const file = join(cwd, "wrong.toml");
    await writeFile(file, 'db_pth = "./data"\nlog_level = "loud"\n');
    for (const command of ["configtest", "server", "status"]) {
      const { exitCode, stdout, stderr } = await runCommand([command, "-c", "wrong.toml"], { cwd });
      expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: "" });
      expect(stderr).toContain("wrong.toml:1:1: ");
      expect(stderr).toContain("wrong.toml:2:13: ");
      expect(stderr).toContain("db_path");
      expect(stderr).not.toContain("    at ");
    }
  });

  it("gives the errors of the file as JSON", async () => {
    await writeFile(join(cwd, "wrong.json.toml"), 'db_pth = "./data"\n');
    const { exitCode, stdout } = await runCommand(["configtest", "--json", "-c", "wrong.json.toml"], { cwd });
    expect(exitCode).toBe(78);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, issues: [{ code: "unknown_key", line: 1, column: 1 }] });
  });

  it.each([
    ["status"],
    ["reload"],
    ["digest"],
    ["refresh-replication-consumer"],
    ["entry", "list"],
    ["entry", "put", "{}"],
  ])("exits 3 and says how to start the daemon: %s %s", async (...args) => {
    const node = await createNode();
    const { exitCode, stdout, stderr } = await node.run(...args.filter(Boolean));
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
    expect(stderr).toContain("the daemon is not running");
    expect(stderr).toContain("start it: concordat server -c server.toml");
  });
});
