import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const DEMO = fileURLToPath(new URL("../dist/two-nodes.js", import.meta.url));

test("the demo follows the guide to its end and leaves nothing running", { timeout: 240_000 }, async () => {
  const demo = spawn(process.execPath, [DEMO], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [demo.stdout, demo.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const [exitCode] = await once(demo, "close");
  expect(exitCode, output).toBe(0);
  expect(output).toMatch(/✔ ready replication=/);
  expect(output).toMatch(/! .*domain/);
  const digests = [...output.matchAll(/✔ [AB]: ([\d,]+) entries, SHA-256 (\w+)/g)];
  expect(digests).toHaveLength(2);
  expect(digests[0]?.slice(1)).toEqual(digests[1]?.slice(1));
  expect(Number(digests[0]?.[1]?.replaceAll(",", ""))).toBeGreaterThan(130_000);
  process.stdout.write(output);
});
