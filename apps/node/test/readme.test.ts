import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { CLI, cleanEnvironment } from "./testing/command.js";
import { DaemonProcess } from "./testing/daemon.js";
import { freePort } from "./testing/free-port.js";

const run = promisify(execFile);

it("runs the README's first example", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const example = /```sh\n(.*?)```/s.exec(readme)?.[1] ?? "";
  const lines = example
    .replace("8444", String(await freePort()))
    .trim()
    .split("\n");
  const cwd = await mkdtemp(join(tmpdir(), "concordat-test-"));
  let daemon: DaemonProcess | undefined;
  for (const line of lines) {
    if (line === "concordat server &") {
      daemon = new DaemonProcess(cwd);
      expect(await daemon.ready()).toMatch(/^ready /);
      continue;
    }
    // Rejects for an exit code other than 0.
    const script = `concordat() { "${process.execPath}" "${CLI}" "$@"; }; ${line}`;
    await run("/bin/sh", ["-c", script], { cwd, env: cleanEnvironment() });
  }
  expect(await daemon?.stop()).toBe(0);
  expect(await readFile(join(cwd, "entries.ndjson"), "utf8")).toContain('"title":"hello"');
  await rm(cwd, { recursive: true });
});
