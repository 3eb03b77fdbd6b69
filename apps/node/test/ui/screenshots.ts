import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchChromium } from "../testing/chromium.js";
import { converge, TestNode } from "../testing/node.js";
import { type RunningUi, startUi } from "../testing/ui.js";

const PICTURES = fileURLToPath(new URL("../../../../docs/images/", import.meta.url));
const ENTRIES = 20_000;

let browser: Browser;
const nodes: TestNode[] = [];
const served: RunningUi[] = [];

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(async () => {
  await browser.close();
  await Promise.all(served.map((ui) => ui.stop()));
  await Promise.all(nodes.map((node) => node.destroy()));
});

/** All know each other; the first has the content that the others take over. */
const startTopology = async (count: number): Promise<TestNode[]> => {
  const created = await Promise.all(Array.from({ length: count }, () => TestNode.create()));
  nodes.push(...created);
  const [first, ...others] = created;
  for (const node of created) {
    for (const partner of created.filter((other) => other !== node)) {
      await node.addPartner(partner, { automaticRefresh: node !== first && partner === first });
    }
  }
  await first?.start();
  await first?.put({ title: "the first" });
  await Promise.all(others.map((node) => node.start()));
  await converge(...created);
  return created;
};

const openPage = async (node: TestNode, colorScheme: "light" | "dark"): Promise<Page> => {
  const ui = await startUi(node, "--no-open");
  served.push(ui);
  const page = await browser.newPage({ colorScheme, viewport: { width: 1240, height: 860 }, deviceScaleFactor: 1.25 });
  await page.goto(ui.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return page;
};

const take = async (page: Page, name: string): Promise<void> => {
  const path = join(PICTURES, name);
  await page.screenshot({ path, fullPage: (await page.getByRole("dialog").count()) === 0 });
  // A page has few colours: with a palette of them it is a third of the size.
  const { error } = spawnSync("pngquant", ["--force", "--strip", "--quality=80-98", "--output", path, path]);
  if (error) throw new Error("pngquant makes the pictures small: apt-get install pngquant", { cause: error });
};

it("takes a node that is well, one that is not, and a question", async () => {
  const [a, b, c] = (await startTopology(3)) as [TestNode, TestNode, TestNode];
  const page = await openPage(b, "light");
  const lines = Array.from({ length: ENTRIES }, (_, index) =>
    JSON.stringify({ attributes: { title: `entry ${index}` } }),
  );
  const file = join(a.directory, "entries.ndjson");
  await writeFile(file, lines.join("\n"));
  for (const _ of [1, 2]) expect((await a.run("import", file)).exitCode).toBe(0);
  await converge(a, b, c);
  await page.getByRole("heading", { level: 1, name: "In sync with all 2 partners" }).waitFor();
  await take(page, "ui.png");

  const uuid = await a.put({ title: "Berlin office", floor: 3 });
  await converge(a, b, c);
  await b.stop();
  await a.run("entry", "patch", uuid, '{"title": "Berlin, Torstraße 1"}');
  await Promise.all([a.stop(), c.stop()]);
  await b.start();
  await b.run("entry", "patch", uuid, '{"title": "Berlin, closed"}');
  await a.start();
  await converge(a, b);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.getByRole("article").waitFor();
  await page.getByRole("heading", { level: 1, name: `Attention: ${c.origin} is unreachable` }).waitFor();
  await take(page, "ui-trouble.png");

  const stranger = await TestNode.create();
  nodes.push(stranger);
  await a.addPartner(stranger);
  await stranger.addPartner(a);
  await a.run("reload");
  await stranger.start();
  for (const title of ["Hamburg", "Köln"]) await stranger.put({ title });
  const question = await openPage(stranger, "light");
  await question.getByRole("button", { name: `Refresh from ${a.origin}` }).click();
  await question.getByRole("button", { name: "Refresh", exact: true }).last().click();
  await question.getByRole("dialog", { name: "2 entries would be lost" }).waitFor();
  await take(question, "ui-refresh.png");
});
