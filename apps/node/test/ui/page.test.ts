import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasChromium, launchChromium } from "../testing/chromium.js";
import { eventually } from "../testing/eventually.js";
import { fetchOnce, type HttpAnswer } from "../testing/http.js";
import { converge, TestNode } from "../testing/node.js";
import { type RunningUi, startUi } from "../testing/ui.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** How long the page may take to show what the node knows: a poll, and a machine that is busy. */
const SHOWN_MS = 60_000;

describe.runIf(hasChromium)("the page", () => {
  let [a, b]: TestNode[] = [];
  let ui: RunningUi;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let onlyOnB = "";
  /** What the console has to say: what the policy of the page forbids is told there, too. */
  const complaints: string[] = [];

  /** Two daemons that know each other and hold two domains, and the page of the second one. */
  beforeAll(async () => {
    [a, b] = await Promise.all([TestNode.create(), TestNode.create()]);
    await a.addPartner(b);
    await b.addPartner(a);
    await Promise.all([a.start(), b.start()]);
    await create(a, { title: "of A" });
    onlyOnB = await create(b, { title: "only on B" });
    await b.linkIs(a, "domain-mismatch");
    [ui, browser] = await Promise.all([startUi(b, "--no-open"), launchChromium()]);
    context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
    context.setDefaultTimeout(SHOWN_MS);
    page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(`http://127.0.0.1:${ui.port}/`)) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(ui.url);
  });

  afterAll(async () => {
    await browser?.close();
    await ui?.stop();
    await Promise.all([a?.destroy(), b?.destroy()]);
  });

  const said = (text: string | RegExp) => page.getByText(text).first().waitFor();

  /** Everything that the rules of WCAG 2.1 AA find, as sentences. */
  const barriers = async (): Promise<string[]> => {
    await page.evaluate(AXE);
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
      interface Violation {
        readonly id: string;
        readonly nodes: readonly { readonly html: string }[];
      }
      const rules = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] };
      const { violations } = await axe.run(rules);
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    });
  };

  it("says first what is wrong, then what that means, what mends it, and the command for it", async () => {
    await page.getByRole("heading", { level: 1, name: `Attention: ${a?.origin} is of another domain` }).waitFor();
    await said("Domain mismatch");
    await said(`concordat refresh-replication-consumer --from ${a?.origin}`);
    expect(await page.title()).toBe(`Attention: ${b?.origin}`);
    expect(page.url()).toBe(ui.url.split("#")[0]);
  });

  it("is let in by its cookie when it is loaded again; a second use of the link elsewhere is not", async () => {
    await page.reload();
    await said("Domain mismatch");
    const stranger = await browser.newPage();
    await stranger.goto(ui.url);
    await stranger.getByText("This link opens nothing any more").waitFor();
    await stranger.getByText("concordat ui", { exact: true }).waitFor();
    expect(await stranger.getByRole("table").count()).toBe(0);
    await stranger.close();
  });

  it("can be used by keyboard: a dialog opens on Enter, Escape leaves everything, and gives the focus back", async () => {
    const button = page.getByRole("button", { name: `Refresh from ${a?.origin}` });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Refresh this node?" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await button.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
  });

  it("has no barrier that can be found by rule, light or dark", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect([colorScheme, await barriers()]).toEqual([colorScheme, []]);
    }
  });

  it("refreshes from a partner, and asks before what only this node has is lost", async () => {
    await page.getByRole("button", { name: `Refresh from ${a?.origin}` }).click();
    const question = page.getByRole("dialog", { name: "Refresh this node?" });
    await question.getByRole("button", { name: "Refresh", exact: true }).click();
    const warning = page.getByRole("dialog", { name: "1 entry would be lost" });
    await warning.getByText(onlyOnB).waitFor();
    await warning.getByText(`--from ${a?.origin} --discard-local-changes`).waitFor();
    if (b) expect(await readEntry(b, onlyOnB)).toMatchObject({ attributes: { title: "only on B" } });
    await warning.getByRole("button", { name: "Discard them and refresh" }).click();
    await said(/Took over 1 entry .* discarded 1 entry that only this node had\./);
    await page.getByRole("heading", { level: 1, name: `In sync with ${a?.origin}, holding 1 entry.` }).waitFor();
    if (a && b) await equal(a, b);
  });

  it("shows both sides of a conflict, with a command for each choice, and settles it on every node", async () => {
    if (!a || !b) return;
    const uuid = await create(a, { title: "first" });
    await equal(a, b);
    await write(b, "POST", "/v1/admin/pause", { origin: a.origin });
    await write(a, "PATCH", `/v1/entries/${uuid}`, { attributes: { title: "by a" } });
    await write(b, "PATCH", `/v1/entries/${uuid}`, { attributes: { title: "by b" } });
    await write(b, "POST", "/v1/admin/resume", { origin: a.origin });
    await equal(a, b);
    const card = page.getByRole("article", { name: "overwrite conflict of title" });
    await card.getByText('"by a"').waitFor();
    await card.getByText('"by b"').waitFor();
    await card.getByLabel("Keep what lost").check();
    const command = `concordat conflicts resolve overwrite.${uuid}.title --keep loser`;
    await card.getByRole("button", { name: `Copy: ${command}` }).click();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(command);
    expect(await barriers()).toEqual([]);
    await card.getByRole("button", { name: "Settle: keep what lost" }).click();
    await card.waitFor({ state: "detached" });
    await said(/Settled the overwrite of title .*: keep what lost\./);
    await said("There are no conflicts");
    await converge(a, b);
    for (const node of [a, b]) {
      expect(await readEntry(node, uuid)).toMatchObject({ attributes: { title: "by a" } });
    }
  });

  it("reloads the configuration, and shows its errors", async () => {
    if (!b) return;
    const before = await b.config();
    await b.writeConfig(`${before}\nlog_levl = "info"\n`);
    await page.getByRole("button", { name: "Reload…" }).click();
    const dialog = page.getByRole("dialog", { name: "Reload the configuration" });
    await dialog.getByText(/log_levl/).waitFor();
    await dialog.getByRole("button", { name: "Reload", exact: true }).click();
    await dialog.getByText("Nothing changed, the file has errors:").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await b.writeConfig(before);
  });

  it("pauses a partner, says so first of all, and goes on with it", async () => {
    if (!a || !b) return;
    await page.getByRole("button", { name: `Pause ${a.origin}` }).click();
    const question = page.getByRole("dialog", { name: `Pause ${a.origin}?` });
    await question.getByText(`concordat pause ${a.origin}`).waitFor();
    await question.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: `Attention: ${a.origin} is paused` }).waitFor();
    await page.getByRole("button", { name: `Resume ${a.origin}`, exact: true }).click();
    const resume = page.getByRole("dialog", { name: `Go on with ${a.origin}?` });
    await resume.getByRole("button", { name: "Resume", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: `In sync with ${a.origin}` }).waitFor();
  });

  it("renews the certificate, and shows the new one once the partner has it", async () => {
    if (!a || !b) return;
    const before = (await b.status()).certificate?.fingerprintSha256;
    await page.getByRole("button", { name: "Renew…" }).click();
    const question = page.getByRole("dialog", { name: "Renew this node's certificate?" });
    await question.getByText("concordat renew-replication-certificate").waitFor();
    await question.getByRole("button", { name: "Renew", exact: true }).click();
    await question.getByText(/^The new certificate is announced|^This node shows its new certificate/).waitFor();
    await question.getByRole("button", { name: "Close" }).click();
    const { certificate } = await eventually(
      b.status.bind(b),
      (status) => status.certificate?.fingerprintSha256 !== before && status.renewal === undefined,
    );
    await page.getByRole("row", { name: new RegExp(`this node .* ${certificate?.fingerprintSha256}`) }).waitFor();
    await equal(a, b);
  });

  it("says when the daemon is gone, keeps what it said last, and goes on when it is back", async () => {
    await b?.stop();
    await said("The daemon does not answer");
    await said("concordat server");
    expect(await page.title()).toBe(`No connection: ${b?.origin}`);
    expect(await page.getByRole("row", { name: a?.origin ?? "" }).count()).toBeGreaterThan(0);
    expect(await barriers()).toEqual([]);
    await b?.start();
    await page.getByText("The daemon does not answer").waitFor({ state: "detached" });
    await page.getByRole("heading", { level: 1, name: `In sync with ${a?.origin}` }).waitFor();
  });

  it("shows a refresh while it runs, and stops it", async () => {
    if (!a || !b) return;
    await a.stop();
    // A partner that takes the connection and never says a word.
    const silent = createServer().listen(a.port, "127.0.0.1");
    await once(silent, "listening");
    await page.getByRole("button", { name: `Refresh from ${a.origin}` }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Refresh", exact: true }).click();
    await page.getByRole("progressbar", { name: `Refreshing from ${a.origin}` }).waitFor();
    await page.getByRole("button", { name: "Stop the refresh" }).click();
    await said(/^Cancelled: nothing changed/);
    await page.getByRole("button", { name: "Dismiss" }).click();
    await eventually(b.status.bind(b), ({ refresh }) => refresh === undefined);
    silent.close();
  });

  it("says when concordat ui itself has ended", async () => {
    expect(complaints.filter((text) => !/503|net::ERR/.test(text))).toEqual([]);
    await ui.stop();
    await said("concordat ui has ended");
  });
});

/** Without the cost of a process: these tests wait for enough already. */
const write = async (node: TestNode, method: string, path: string, body: object): Promise<HttpAnswer> => {
  const headers = { "content-type": "application/json" };
  const answer = await fetchOnce({ socketPath: node.socketPath, method, path, headers, body: JSON.stringify(body) });
  expect(answer.status).toBeLessThan(300);
  return answer;
};

const create = async (node: TestNode, attributes: object): Promise<string> =>
  JSON.parse((await write(node, "POST", "/v1/entries", { attributes })).body).uuid;

const readEntry = async ({ socketPath }: TestNode, uuid: string): Promise<unknown> =>
  JSON.parse((await fetchOnce({ socketPath, path: `/v1/entries/${uuid}` })).body);

/** Both hold the same: `converge` without its last look at each store, which the last test takes. */
const equal = (...nodes: readonly TestNode[]): Promise<unknown> =>
  eventually(
    () => Promise.all(nodes.map((node) => node.digest())),
    (digests) => new Set(digests).size === 1,
  );
