import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { get as httpGet, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createToken, type TokenScope, tokenSha256 } from "../src/token/access-token.js";
import { TokenDirectory } from "../src/token/token-directory.js";
import { eventually } from "./testing/eventually.js";
import { freePort } from "./testing/free-port.js";
import { fetchOnce, type HttpAnswer } from "./testing/http.js";
import { TestNode } from "./testing/node.js";
import { createNode } from "./testing/nodes.js";

let node: TestNode;
let port = 0;

beforeAll(async () => {
  node = await TestNode.create();
  port = await freePort();
  await node.editConfig((text) => `bindaddress = "127.0.0.1:${port}"\n${text}`);
  await node.start();
});

afterAll(() => node.destroy());

/** The header of a new token, made as the command makes it. */
const authorise = async (name: string, scope: TokenScope, expiresAt?: string): Promise<{ authorization: string }> => {
  const token = createToken(name);
  const record = { name, scope, sha256: tokenSha256(token), createdAt: new Date().toISOString() };
  await new TokenDirectory(join(node.directory, "data")).add({ ...record, ...(expiresAt && { expiresAt }) });
  return { authorization: `Bearer ${token}` };
};

const typeOf = ({ body }: HttpAnswer): string => JSON.parse(body).type.replace("urn:concordat:error:", "");

describe("the data API over TCP", () => {
  it("wants a token, and says how to get one", async () => {
    for (const headers of [{}, { authorization: "Basic YTpi" }, { authorization: "Bearer no-token" }]) {
      const answer = await fetchOnce({ port, path: "/v1/entries", headers });
      expect([answer.status, typeOf(answer)]).toEqual([401, "unauthenticated"]);
      expect(answer.headers["www-authenticate"]).toMatch(/^Bearer realm="concordat"/);
      expect(JSON.parse(answer.body).detail).toContain("concordat token create NAME --scope read|write");
    }
    const write = await fetchOnce({ port, method: "POST", path: "/v1/entries", body: '{"attributes":{}}' });
    expect(write.status).toBe(401);
  });

  it("tells anybody whether it is up and what it serves, and nothing else", async () => {
    for (const path of ["/livez", "/readyz", "/openapi.json"]) {
      expect((await fetchOnce({ port, path })).status).toBe(200);
    }
    for (const path of ["/v1/status", "/v1/changes", "/v1/conflicts", "/nowhere"]) {
      expect((await fetchOnce({ port, path })).status).toBe(401);
    }
    expect((await fetchOnce({ port, method: "POST", path: "/livez" })).status).toBe(401);
  });

  it("allows what the token's scope covers, and never the administration", async () => {
    const body = '{"attributes":{"title":"hello"}}';
    const attempt = async (headers: { readonly authorization: string }) => {
      const status = await fetchOnce({ port, path: "/v1/status", headers });
      const list = await fetchOnce({ port, path: "/v1/entries", headers });
      const json = { ...headers, "content-type": "application/json" };
      const create = await fetchOnce({ port, method: "POST", path: "/v1/entries", headers: json, body });
      const admin = await fetchOnce({ port, path: "/v1/admin/export", headers });
      return [status, list, create, admin].map(({ status: code }) => code);
    };
    expect(await attempt(await authorise("prometheus", "monitor"))).toEqual([200, 403, 403, 403]);
    expect(await attempt(await authorise("reader", "read"))).toEqual([200, 200, 403, 404]);
    expect(await attempt(await authorise("writer", "write"))).toEqual([200, 200, 201, 404]);
  });

  it("refuses a name that was rebound to this machine, and pages of other origins, whatever they bring", async () => {
    const token = await authorise("program", "read");
    const send = (headers: Record<string, string>) =>
      fetchOnce({ port, path: "/v1/entries", headers: { ...token, ...headers } });
    expect(typeOf(await send({ host: "evil.example" }))).toBe("foreign_host");
    expect(typeOf(await send({ host: "127.0.0.1.evil.example" }))).toBe("foreign_host");
    expect(typeOf(await send({ origin: "http://evil.example" }))).toBe("foreign_origin");
    expect((await send({ host: `localhost:${port}` })).status).toBe(200);
  });
});

describe("concordat token", () => {
  it("keeps a hash alone, shows the token once, and refuses a name that is taken", async () => {
    const made = await node.run("token", "create", "backup-job", "--scope", "read", "--expires", "90d");
    expect(made.stdout).toMatch(/^concordat_backup-job\.[\w-]{43}\n$/);
    const headers = { authorization: `Bearer ${made.stdout.trim()}` };
    expect((await fetchOnce({ port, path: "/v1/entries", headers })).status).toBe(200);

    const directory = join(node.directory, "data/tokens");
    const file = join(directory, "backup-job.json");
    expect([await modeOf(directory), await modeOf(file)]).toEqual([0o700, 0o600]);
    expect(await readFile(file, "utf8")).not.toContain(made.stdout.trim().split(".")[1]);
    expect(node.daemon.stderr).not.toContain(made.stdout.trim());

    const before = await readFile(file, "utf8");
    const again = await node.run("token", "create", "backup-job", "--scope", "write");
    expect(again).toMatchObject({ exitCode: 1, stdout: "" });
    expect(await readFile(file, "utf8")).toBe(before);
  });

  it("lists tokens with their use and expiry, never the secret", async () => {
    const headers = await authorise("brief", "read", "2026-01-01T00:00:00.000Z");
    const refused = await fetchOnce({ port, path: "/v1/entries", headers });
    expect([refused.status, JSON.parse(refused.body).detail]).toEqual([
      401,
      expect.stringMatching(/^the token brief expired at 2026-01-01/),
    ]);
    await fetchOnce({ port, path: "/v1/entries", headers: await authorise("used", "read") });
    await eventually(
      () => new TokenDirectory(join(node.directory, "data")).lastUsedAt("used"),
      (at) => at !== undefined,
    );
    const { stdout } = await node.run("token", "list");
    expect(stdout).toMatch(/^NAME +SCOPE +CREATED +LAST USED +EXPIRES\n/);
    expect(stdout).toMatch(/\nbrief +read +20\S+ +never +expired 2026-01-01\S+\n/);
    expect(stdout).toMatch(/\nused +read +20\S+ +20\S+ +never\n/);
  });

  it("revokes a token while the node runs: requests are refused, and its feeds end", async () => {
    const headers = await authorise("revoked", "read");
    const feed = httpGet({ port, host: "127.0.0.1", path: "/v1/changes", headers, agent: false });
    const [response] = (await once(feed, "response")) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    const ended = once(response.resume(), "end");
    expect((await node.run("token", "revoke", "revoked")).exitCode).toBe(0);
    await eventually(
      () => fetchOnce({ port, path: "/v1/entries", headers }),
      ({ status }) => status === 401,
    );
    await ended;
    expect(await node.run("token", "revoke", "revoked")).toMatchObject({ exitCode: 1 });
  });

  it.each([
    [["../../etc", "--scope", "read"]],
    [["two", "--scope", "root"]],
    [["two", "--scope", "read", "--expires", "soon"]],
  ])("refuses %j", async (args) => {
    expect(await node.run("token", "create", ...args)).toMatchObject({ exitCode: 2, stdout: "" });
  });
});

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe("the data API over TLS", () => {
  const run = promisify(execFile);

  /** A self-signed certificate for these names, as `tls.crt` and `tls.key`. */
  const makeCertificate = async (cwd: string, names: string): Promise<string> => {
    const args = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.crt -days 2 -subj /CN=api -addext subjectAltName=${names}`;
    await run("openssl", args.split(" "), { cwd });
    return readFile(join(cwd, "tls.crt"), "utf8");
  };

  const fetchTls = (port: number, ca: string, servername: string, headers: Record<string, string>) =>
    new Promise<{ status: number; subject: string }>((resolve, reject) => {
      const request = httpsRequest(
        { host: "127.0.0.1", port, path: "/v1/entries", ca, servername, headers, agent: false },
        (response) => {
          const { fingerprint256 } = (response.socket as import("node:tls").TLSSocket).getPeerCertificate();
          response.resume().once("end", () => resolve({ status: response.statusCode ?? 0, subject: fingerprint256 }));
        },
      );
      request.once("error", reject).end();
    });

  it("serves other machines with a certificate, to the names that are in it, and shows a renewed one on reload", async () => {
    const node = await createNode();
    const port = await freePort();
    await node.editConfig(
      (text) => `bindaddress = "0.0.0.0:${port}"\n${text}\n[api]\ntls_cert = "tls.crt"\ntls_key = "tls.key"\n`,
    );
    const first = await makeCertificate(node.directory, "DNS:node-a.example,IP:127.0.0.1");
    await node.start();
    const { token } = await node.json<{ token: string }>("token", "create", "reader", "--scope", "read");
    const headers = { authorization: `Bearer ${token}`, host: `node-a.example:${port}` };
    const before = await fetchTls(port, first, "node-a.example", headers);
    expect(before.status).toBe(200);
    expect((await fetchTls(port, first, "node-a.example", { host: "node-a.example" })).status).toBe(401);
    expect((await fetchTls(port, first, "node-a.example", { ...headers, host: "other.example" })).status).toBe(403);
    await expect(fetchOnce({ port, path: "/livez" })).rejects.toThrow();

    const second = await makeCertificate(node.directory, "DNS:node-b.example");
    expect((await node.run("reload")).exitCode).toBe(0);
    const renamed = { ...headers, host: "node-b.example" };
    const after = await fetchTls(port, second, "node-b.example", renamed);
    expect(after.status).toBe(200);
    expect(after.subject).not.toBe(before.subject);
    expect((await fetchTls(port, second, "node-b.example", headers)).status).toBe(403);

    await run("sh", ["-c", "echo damaged > tls.crt"], { cwd: node.directory });
    expect((await node.run("reload")).exitCode).toBe(78);
    expect((await fetchTls(port, second, "node-b.example", renamed)).status).toBe(200);
  });

  it("does not start with a key that everybody may read, and says what mends it", async () => {
    const node = await createNode();
    await node.editConfig(
      (text) => `bindaddress = "0.0.0.0:1"\n${text}\n[api]\ntls_cert = "tls.crt"\ntls_key = "tls.key"\n`,
    );
    await makeCertificate(node.directory, "DNS:node-a.example");
    await run("chmod", ["644", "tls.key"], { cwd: node.directory });
    const { exitCode, stderr } = await node.run("server");
    expect(exitCode).toBe(4);
    expect(stderr).toContain("chmod o= ");
  });

  it("does not start with a certificate that is not there", async () => {
    const node = await createNode();
    await node.editConfig(
      (text) => `bindaddress = "0.0.0.0:1"\n${text}\n[api]\ntls_cert = "tls.crt"\ntls_key = "tls.key"\n`,
    );
    const { exitCode, stderr } = await node.run("server");
    expect(exitCode).toBe(78);
    expect(stderr).toContain("cannot read");
    expect(stderr).toContain("tls_cert of [api]");
  });
});
