import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Any call that logs; what follows must name its event. */
const LOG_CALL = /(?:\blog(?:ger)?(?:\.(?:trace|debug|info|warn|error|fatal)|\[[^\]]+\])|\bcomplain)\(/g;
const NAMED = /^\s*(?:"([a-z_]+)"|\{\s*event: "([a-z_]+)")/;
/** What hands on an event that its caller named. */
const RELAYED = /^(?:\{ )?event,|^event: string/;

it("every event that the code logs is in docs/logging.md, and no other", async () => {
  const logged = new Map<string, string>();
  for (const [file, text] of await sources()) {
    for (const call of text.matchAll(LOG_CALL)) {
      const rest = text.slice(call.index + call[0].length, call.index + call[0].length + 200);
      const event = NAMED.exec(rest)?.slice(1).find(Boolean);
      const where = `${file}: ${call[0]}${rest.slice(0, 60)}`;
      if (event === undefined) expect(rest, where).toMatch(RELAYED);
      else logged.set(event, where);
    }
  }
  expect(logged.size).toBeGreaterThan(25);
  const page = await readFile(join(ROOT, "docs/logging.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z_]+)` \| (debug|info|warn|error|fatal) \| .{10,} \|/gm)];
  expect(rows.map(([, event]) => event).sort()).toEqual([...logged.keys()].sort());
});

const sources = async (): Promise<[string, string][]> => {
  const folders = [
    "apps/node/src",
    ...(await readdir(join(ROOT, "packages")))
      .filter((name) => name !== "simulator")
      .map((name) => `packages/${name}/src`),
  ];
  const files = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(ROOT, folder), { recursive: true }))
        .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !name.includes("testing/"))
        .map((name) => `${folder}/${name}`),
    ),
  );
  return Promise.all(
    files.flat().map(async (file): Promise<[string, string]> => [file, await readFile(join(ROOT, file), "utf8")]),
  );
};
