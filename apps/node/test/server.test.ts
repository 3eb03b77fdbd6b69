import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmod, stat, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DaemonProcess } from "./testing/daemon.js";
import { freePort } from "./testing/free-port.js";
import { fetchOnce, openRequest } from "./testing/http.js";
import type { TestNode } from "./testing/node.js";
import { createNode } from "./testing/nodes.js";

const withApi = async (node: TestNode, address: string): Promise<void> =>
  node.editConfig((text) => `bindaddress = "${address}"\n${text}`);

describe("concordat server", () => {
  it("says ready with its addresses as its first line on stdout, and logs JSON with stable events", async () => {
    const node = await createNode();
    const apiPort = await freePort();
    await withApi(node, `127.0.0.1:${apiPort}`);
    expect(await node.start()).toBe(
      `ready replication=127.0.0.1:${node.port} admin=${node.socketPath} api=127.0.0.1:${apiPort}`,
    );
    expect(await node.daemon.logged("server_ready")).toMatchObject({ level: "info", msg: "serving" });
  });

  it("says ready as JSON with --json", async () => {
    const node = await createNode();
    const daemon = new DaemonProcess(node.directory, ["--json"]);
    const line = await daemon.ready();
    expect(JSON.parse(line)).toEqual({
      ready: true,
      replication: `127.0.0.1:${node.port}`,
      admin: node.socketPath,
    });
    expect(await daemon.stop()).toBe(0);
  });

  it("guards its socket and its files", async () => {
    const node = await createNode();
    await node.start();
    expect((await stat(node.socketPath)).mode & 0o777).toBe(0o600);
    expect((await stat(join(node.directory, "data"))).mode & 0o777).toBe(0o700);
  });

  it("warns when others can reach into the socket's directory", async () => {
    const node = await createNode();
    await chmod(join(node.directory, "data"), 0o755);
    await node.start();
    expect((await node.daemon.logged("admin_directory_open")).msg).toContain("chmod 700");
  });

  it("does not start where anybody could replace its socket or its key, and does where only owners may remove what is there", async () => {
    const node = await createNode();
    await chmod(join(node.directory, "data"), 0o777);
    const { exitCode, stderr } = await node.run("server");
    expect(exitCode).toBe(4);
    expect(stderr).toContain(`chmod o-w ${join(node.directory, "data")}`);
    await chmod(join(node.directory, "data"), 0o1777);
    await node.start();
    expect((await stat(node.socketPath)).mode & 0o777).toBe(0o600);
  });

  it("does not start with a key that others may read, and says what mends it", async () => {
    const node = await createNode();
    const key = join(node.directory, "data/identity.pem");
    await chmod(key, 0o644);
    const { exitCode, stderr } = await node.run("server");
    expect(exitCode).toBe(4);
    expect(stderr).toContain(`chmod 600 ${key}`);
  });

  it("keeps everything over a restart, and is sound after it", async () => {
    const node = await createNode();
    await node.start();
    const uuid = await node.put({ title: "kept" });
    const before = await node.digest();
    await node.restart();
    expect(await node.digest()).toBe(before);
    expect(await node.json("entry", "get", uuid)).toMatchObject({ uuid, attributes: { title: "kept" } });
    expect(await node.run("verify")).toMatchObject({ exitCode: 0, stdout: "sound: checked 1 entry\n" });
  });

  it("loses nothing that it acknowledged when it is killed, and takes over the socket of the dead", async () => {
    const node = await createNode();
    await node.start();
    const uuid = await node.put({ title: "durable" });
    await node.stop("SIGKILL");
    expect((await stat(node.socketPath)).isSocket()).toBe(true);
    await node.start();
    expect(await node.json("entry", "get", uuid)).toMatchObject({ attributes: { title: "durable" } });
  });

  it("refuses to start beside a daemon of the same configuration, which goes on", async () => {
    const node = await createNode();
    await node.start();
    const { exitCode, stdout, stderr } = await node.run("server");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(`a daemon already serves ${node.socketPath}`);
    expect((await node.run("status")).exitCode).toBe(0);
  });

  it("refuses a database that another daemon has open", async () => {
    const node = await createNode();
    await node.start();
    await node.editConfig((text) => `adminbindpath = "./other.sock"\n${text}`);
    const { exitCode, stderr } = await node.run("server");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^concordat: .*open/);
    expect(stderr).not.toContain("    at ");
  });

  it("does not remove a file that is no socket", async () => {
    const node = await createNode();
    await writeFile(node.socketPath, "precious");
    const { exitCode, stderr } = await node.run("server");
    expect(exitCode).toBe(78);
    expect(stderr).toContain("exists and is no socket");
  });

  it("names the address that another program has", async () => {
    const node = await createNode();
    const other = createServer().listen(node.port, "127.0.0.1");
    await once(other, "listening");
    const { exitCode, stderr } = await node.run("server");
    other.close();
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      `concordat: cannot listen on 127.0.0.1:${node.port}: another program listens there\n  stop it, or choose another address ([replication] bindaddress in server.toml)\n`,
    );
  });

  it("refuses to serve the data API beyond this machine without a certificate", async () => {
    const node = await createNode();
    await withApi(node, "0.0.0.0:8443");
    const { exitCode, stderr } = await node.run("server");
    expect(exitCode).toBe(78);
    expect(stderr).toContain("add [api] with tls_cert and tls_key, or write 127.0.0.1:8443");
  });

  it("holds entries to the constraints of its file, and names the line of an import that breaks one", async () => {
    const node = await createNode();
    await node.editConfig((text) => `${text}\n[attributes.name]\nunique = true\nrequired = true\n`);
    await node.start();
    await node.put({ name: "taken" });
    const twice = await node.run("entry", "put", randomUUID(), '{"name": "taken"}');
    expect(twice.exitCode).toBe(1);
    expect(twice.stderr).toContain("has that value already");
    const without = await node.run("entry", "put", randomUUID(), '{"title": "no name"}');
    expect(without.stderr).toContain("the schema does not accept it");
    const file = join(node.directory, "people.ndjson");
    const lines = ["free", "free too", "taken"].map((name) => JSON.stringify({ attributes: { name } }));
    await writeFile(file, lines.join("\n"));
    const { exitCode, stderr } = await node.run("import", file);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("line 3 was refused");
  });

  it("runs without [replication], for its own data", async () => {
    const node = await createNode();
    await node.writeConfig("");
    expect(await node.start()).toBe(`ready admin=${node.socketPath}`);
    await node.put({ title: "alone" });
    expect((await node.run("status")).stdout).toContain("On its own, without partners, holding 1 entry.");
  });
});

describe("a daemon that is told to stop", () => {
  /** Answered as soon as the daemon has begun with the request. */
  const CONTINUE = { expect: "100-continue" };

  it("finishes the request in flight, takes no new one, keeps what it answered, and exits 0", async () => {
    const node = await createNode();
    await node.start();
    const socketPath = node.socketPath;
    const body = JSON.stringify({ attributes: { title: "in flight" } });
    const headers = { "content-type": "application/json", "content-length": String(body.length), ...CONTINUE };
    const { request, answer } = openRequest({ socketPath, method: "POST", path: "/v1/entries", headers });
    request.write(body.slice(0, 10));
    await once(request, "continue");

    node.daemon.signal("SIGTERM");
    await node.daemon.logged("server_stopping");
    // The last of these when it is still in the backlog as the listener closes.
    await expect(fetchOnce({ socketPath, path: "/v1/entries" })).rejects.toThrow(/ECONNREFUSED|ENOENT|ECONNRESET/);
    request.end(body.slice(10));
    const { status, body: created } = await answer;
    expect(status).toBe(201);
    expect(await node.daemon.exited()).toBe(0);

    await node.start();
    expect(await node.json("entry", "get", JSON.parse(created).uuid)).toMatchObject({
      attributes: { title: "in flight" },
    });
  });

  it("ends change feeds instead of waiting for them", async () => {
    const node = await createNode();
    await node.start();
    const feed = httpRequest({ socketPath: node.socketPath, path: "/v1/changes", agent: false }).end();
    const [response] = await once(feed, "response");
    const ended = once(response, "end");
    response.resume();
    expect(await node.stop("SIGINT")).toBe(0);
    await ended;
  });

  it("exits at once on the second signal", async () => {
    const node = await createNode();
    await node.start();
    const headers = { "content-type": "application/json", "content-length": "100", ...CONTINUE };
    const { request, answer } = openRequest({
      socketPath: node.socketPath,
      method: "POST",
      path: "/v1/entries",
      headers,
    });
    request.write("{");
    answer.catch(() => {});
    await once(request, "continue");
    node.daemon.signal("SIGTERM");
    await node.daemon.logged("server_stopping");
    node.daemon.signal("SIGTERM");
    expect(await node.daemon.exited()).toBe(1);
    expect(node.daemon.log().at(-1)).toMatchObject({ event: "server_killed" });
  });
});
