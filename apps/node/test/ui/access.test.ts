import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCommand } from "../testing/command.js";
import { eventually } from "../testing/eventually.js";
import { freePort } from "../testing/free-port.js";
import { fetchOnce, type HttpAnswer } from "../testing/http.js";
import { TestNode } from "../testing/node.js";
import { type RunningUi, startUi } from "../testing/ui.js";

let node: TestNode;
let ui: RunningUi;

beforeAll(async () => {
  node = await TestNode.create();
  await node.start();
  ui = await startUi(node, "--no-open");
});

afterAll(async () => {
  await ui.stop();
  await node.destroy();
});

/** What the page itself sends along. */
const asPage = (): Record<string, string> => ({
  origin: `http://127.0.0.1:${ui.port}`,
  "sec-fetch-site": "same-origin",
});

const get = (path: string, headers: Record<string, string> = {}): Promise<HttpAnswer> =>
  fetchOnce({ port: ui.port, path: ui.path + path, headers });

const post = (path: string, body: string, headers: Record<string, string> = asPage()): Promise<HttpAnswer> =>
  fetchOnce({ port: ui.port, method: "POST", path: ui.path + path, body, headers });

/** Trades the one token that there is; the first test to need it does. */
let cookie: string | undefined;
const session = async (): Promise<string> => {
  if (cookie === undefined) {
    const { status, headers } = await post("session", ui.token);
    expect(status).toBe(204);
    cookie = headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  }
  return cookie;
};

describe("the link", () => {
  it("is the only thing on stdout, leads to this machine, and holds its token behind the #", () => {
    expect(ui.command.output.stdout).toBe(`${ui.url}\n`);
    expect(ui.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/#[\w-]{43}$/);
  });

  it("lets nobody in with another token, from another page, or without an origin", async () => {
    expect((await post("session", "x".repeat(43))).status).toBe(403);
    expect((await post("session", ui.token, { origin: "http://evil.example" })).status).toBe(403);
    expect((await post("session", ui.token, { ...asPage(), "sec-fetch-site": "same-site" })).status).toBe(403);
    expect((await post("session", ui.token, {})).status).toBe(403);
  });

  it("buys a session once; a second use is refused, and told", async () => {
    await session();
    const again = await post("session", ui.token);
    expect(again.status).toBe(403);
    expect(again.headers["set-cookie"]).toBeUndefined();
    expect(ui.command.output.stderr).toContain("refused: a link that was used before");
  });
});

describe("the session", () => {
  it("is a cookie that no script reads, no other site sends, and no other path gets", async () => {
    const other = await startUi(node, "--no-open");
    const headers = { ...asPage(), origin: `http://127.0.0.1:${other.port}` };
    const { headers: answered } = await fetchOnce({
      port: other.port,
      method: "POST",
      path: `${other.path}session`,
      body: other.token,
      headers,
    });
    expect(answered["set-cookie"]?.[0]).toMatch(
      new RegExp(`^concordat_ui=[\\w-]{43}; Path=${other.path}; HttpOnly; SameSite=Strict$`),
    );
    expect(await other.stop()).toBe(0);
  });

  it("is needed for everything but the page's own files", async () => {
    expect((await get("")).status).toBe(200);
    expect((await get("api/overview", asPage())).status).toBe(401);
    expect((await get("api/overview", { ...asPage(), cookie: "concordat_ui=x" })).status).toBe(401);
    expect((await post("api/reload", "")).status).toBe(401);
    const { status, body } = await get("api/overview", { ...asPage(), cookie: await session() });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ status: { health: "ok", origin: node.origin }, findings: [] });
  });

  it("is worth nothing to a page of another origin, nor to one of another port of this machine", async () => {
    const headers = { ...asPage(), cookie: await session() };
    for (const foreign of [
      { ...headers, "sec-fetch-site": "same-site" },
      { ...headers, "sec-fetch-site": "cross-site" },
      { ...headers, origin: "http://127.0.0.1:1" },
      { ...headers, origin: "null" },
    ]) {
      expect((await post("api/reload", "", foreign)).status).toBe(403);
    }
    const withoutOrigin = { "sec-fetch-site": "same-origin", cookie: await session() };
    expect((await post("api/reload", "", withoutOrigin)).status).toBe(403);
    expect((await post("api/reload", "", headers)).status).toBe(200);
  });

  it("opens what the page has buttons for, and nothing else of the node", async () => {
    const headers = { ...asPage(), cookie: await session() };
    expect(JSON.parse((await get("api/v1/conflicts?limit=5", headers)).body)).toEqual({ conflicts: [] });
    for (const path of [
      "api/v1/admin/export",
      "api/v1/entries",
      "api/v1/conflicts/../entries",
      "api/v1/admin/status",
    ]) {
      expect([path, (await get(path, headers)).status]).toEqual([path, 404]);
    }
    expect((await post("api/v1/entries", '{"attributes":{}}', headers)).status).toBe(404);
  });
});

describe("every answer", () => {
  it("forbids what the page does not need", async () => {
    for (const path of ["", "api/overview", "nothing"]) {
      const { headers } = await get(path);
      expect(headers["content-security-policy"]).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      );
      expect(headers).toMatchObject({
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
      });
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  it("is a refusal for another name than this machine's: it may be rebound to it", async () => {
    expect((await get("", { host: `evil.example:${ui.port}` })).status).toBe(403);
    expect((await get("", { host: `localhost:${ui.port}` })).status).toBe(200);
  });

  it("is nothing outside of its folder, whose name nobody knows", async () => {
    for (const path of ["/", "/index.html", "/api/overview", `${ui.path}../`]) {
      expect((await fetchOnce({ port: ui.port, path })).status).toBe(404);
    }
  });
});

describe("concordat ui", () => {
  it("prints the link as JSON, on the port that it is told, and exits 0 on Ctrl-C", async () => {
    const port = await freePort();
    const command = startCommand(["ui", "--json", "--port", String(port)], node.directory);
    const printed = await eventually(
      () => command.output.stdout,
      (text) => text.includes("\n"),
    );
    expect(new URL(JSON.parse(printed).url).port).toBe(String(port));
    command.interrupt();
    expect(await command.exited).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("exits 2 for a port that is none, 1 for one that is taken, 3 without a daemon", async () => {
    expect((await node.run("ui", "--port", "seven")).exitCode).toBe(2);
    const taken = await node.run("ui", "--port", String(ui.port));
    expect(taken.exitCode).toBe(1);
    expect(taken.stderr).toContain("another program listens there");
    expect(taken.stderr).toContain("(--port)");
    const stopped = await TestNode.create();
    expect((await stopped.run("ui")).exitCode).toBe(3);
    await stopped.destroy();
  });

  it("says when the daemon is gone, and goes on when it is back", async () => {
    const headers = { ...asPage(), cookie: await session() };
    await node.stop();
    const { status, body } = await get("api/overview", headers);
    expect(status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({ type: "urn:concordat:error:daemon_not_running" });
    await node.start();
    expect((await get("api/overview", headers)).status).toBe(200);
  });
});
