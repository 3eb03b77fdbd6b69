import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort } from "./testing/free-port.js";
import { installInto } from "./testing/install.js";
import { NODE_VERSIONS } from "./testing/node-versions.js";
import { type CodeBlock, codeBlocks } from "./testing/page.js";
import { ShellSession } from "./testing/shell-session.js";

let folder = "";
let blocks: CodeBlock[] = [];

beforeAll(async () => {
  blocks = (await codeBlocks("quick-start.md")).filter(({ language }) => language === "sh");
  const [install = ""] = blocks[0]?.code.split("\n") ?? [];
  folder = await installInto("quick-start", install);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(NODE_VERSIONS)(
  "the quick start works as it stands, from packed packages alone, on $name",
  async ({ name, directory }) => {
    const cwd = join(folder, name);
    await mkdir(cwd);
    const ports = { "8444": String(await freePort()), "8445": String(await freePort()) };
    const shell = new ShellSession(cwd, `${directory}:${join(folder, "node_modules/.bin")}`);
    try {
      // The packages are in the folder above, for all versions of Node.js at once.
      await shell.run('test "$(concordat --version)" = "0.1.0"');
      for (const { code, eventually } of blocks.slice(1)) {
        const local = code.replace(/844[45]/g, (port) => ports[port as keyof typeof ports]);
        await (eventually ? shell.eventually(local) : shell.run(local));
        for (const [, node = ""] of local.matchAll(/concordat server -c (\w+)\/server\.toml/g)) {
          await shell.eventually(`grep -q ^ready ${node}/ready`);
        }
      }
      expect(await readFile(join(cwd, "a/log"), "utf8")).toContain('"event":"server_stopped"');
    } finally {
      await shell.end();
    }
  },
);
