import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { DaemonProcess } from "./testing/daemon.js";
import { eventually } from "./testing/eventually.js";
import { createNode } from "./testing/nodes.js";

const run = promisify(execFile);
const PACKAGING = fileURLToPath(new URL("../../../packaging/", import.meta.url));
const has = (program: string): boolean => existsSync(`/usr/bin/${program}`);

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "concordat-service-"));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe.runIf(has("systemd-notify") && has("python3"))("a service manager", () => {
  /** Node.js cannot listen on a unix datagram socket. */
  const LISTENER = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listening", flush=True)
while True: print(s.recv(4096).decode(), flush=True)`;

  it("is told when the node serves, not before, and when it stops", async () => {
    const socket = join(cwd, "notify");
    const listener = spawn("python3", ["-c", LISTENER, socket], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void listener.kill());
    let heard = "";
    listener.stdout.setEncoding("utf8").on("data", (text: string) => {
      heard += text;
    });
    const hears = (text: string) =>
      eventually(
        () => heard,
        (all) => all.includes(text),
      );
    await hears("listening");
    const node = await createNode();
    const daemon = new DaemonProcess(node.directory, [], { NOTIFY_SOCKET: socket });
    await hears("READY=1");
    expect(await daemon.ready()).toMatch(/^ready /);
    expect(await daemon.stop()).toBe(0);
    await hears("STOPPING=1");
  });
});

it("a node that cannot tell goes on, and says so", async () => {
  const node = await createNode();
  const daemon = new DaemonProcess(node.directory, [], { NOTIFY_SOCKET: "/nowhere", PATH: "/nonexistent" });
  await daemon.ready();
  expect((await daemon.logged("service_not_notified")).msg).toContain("Type=exec");
  expect(await daemon.stop()).toBe(0);
});

describe.runIf(has("systemd-analyze"))("the unit", () => {
  it("is one that systemd takes, and lets the node touch little", async () => {
    const unit = await readFile(join(PACKAGING, "systemd/concordat.service"), "utf8");
    const program = join(cwd, "concordat");
    await writeFile(program, "#!/bin/sh\n", { mode: 0o755 });
    const file = join(cwd, "concordat.service");
    await writeFile(file, unit.replaceAll("/usr/local/bin/concordat", program));
    const { stdout, stderr } = await run("systemd-analyze", ["verify", "--man=no", file]);
    expect(stdout + stderr).not.toContain(file);
    // From 0 (nothing allowed) to 100.
    await run("systemd-analyze", ["security", "--offline=yes", "--threshold=25", file]);
  });
});

it("the container takes the packed packages, and runs what the package installs", async () => {
  const containerfile = await readFile(join(PACKAGING, "Containerfile"), "utf8");
  const { bin } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  expect(Object.keys(bin)).toEqual(["concordat"]);
  expect(containerfile).toContain("/node_modules/.bin/concordat");
  expect(containerfile).toMatch(/^USER node$/m);
});
