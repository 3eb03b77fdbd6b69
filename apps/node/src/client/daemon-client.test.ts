import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Config } from "@concordat/config";
import { afterEach, expect, it } from "vitest";
import { type DaemonClient, withDaemon } from "./daemon-client.js";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs `work` against a server on a unix socket that answers as told. */
const against = async <T>(listener: RequestListener | undefined, work: (daemon: DaemonClient) => Promise<T>) => {
  const directory = await mkdtemp(join(tmpdir(), "concordat-client-"));
  cleanups.push(() => rm(directory, { recursive: true }));
  const adminBindPath = join(directory, "concordat.sock");
  if (listener !== undefined) {
    const server = createServer(listener).listen(adminBindPath);
    await once(server, "listening");
    cleanups.push(() => server.close());
  }
  return withDaemon({ config: { adminBindPath } as Config, file: "server.toml" }, work);
};

/** Sends what there is, then cuts the connection in the middle of the answer. */
const cutBehind =
  (start: string): RequestListener =>
  (_, response) =>
    void response.write(start, () => response.destroy());

const GET = { method: "GET", path: "/v1/status" } as const;

const read = async <T>(items: AsyncIterable<T>, into: T[]): Promise<void> => {
  for await (const item of items) into.push(item);
};

it("sends JSON with its length, also where HTTP expects no body, and returns the JSON of the answer", async () => {
  const echo: RequestListener = async (request, response) => {
    const { "content-type": type, "content-length": length } = request.headers;
    response.end(JSON.stringify({ method: request.method, url: request.url, type, length, body: await text(request) }));
  };
  const request = { method: "DELETE", path: "/v1/x?y=1", body: { name: "é" } } as const;
  expect(await against(echo, (daemon) => daemon.json(request))).toEqual({
    method: "DELETE",
    url: "/v1/x?y=1",
    type: "application/json",
    length: "13",
    body: '{"name":"é"}',
  });
  expect(await against(echo, (daemon) => daemon.json({ ...request, method: "POST", body: "{}" }))).toMatchObject({
    body: "{}",
  });
});

it("an answer without a body is undefined", async () => {
  const empty: RequestListener = (_, response) => void response.writeHead(204).end();
  expect(await against(empty, (daemon) => daemon.json({ method: "DELETE", path: "/v1/x" }))).toBeUndefined();
});

it("throws what a refusal says; as an answer to be passed on it stays as it is", async () => {
  const refuse: RequestListener = (_, response) =>
    void response
      .writeHead(409, { "content-type": "application/problem+json" })
      .end(JSON.stringify({ type: "urn:concordat:error:paused", title: "paused", status: 409, detail: "no" }));
  await expect(against(refuse, (daemon) => daemon.json(GET))).rejects.toMatchObject({ code: "paused" });
  const passedOn = await against(refuse, async (daemon) => {
    const { status, contentType, body } = await daemon.response(GET);
    return { status, contentType, text: await text(body) };
  });
  expect(passedOn).toMatchObject({ status: 409, contentType: "application/problem+json" });
  expect(passedOn.text).toContain("paused");
});

it("where nobody listens, the daemon is not running", async () => {
  await expect(against(undefined, (daemon) => daemon.json(GET))).rejects.toMatchObject({ code: "daemon_not_running" });
});

it("a connection that ends before the answer, or within it, is told", async () => {
  const gone = { code: "daemon_gone" };
  await expect(
    against(
      (request) => request.socket.destroy(),
      ({ json }) => json(GET),
    ),
  ).rejects.toMatchObject(gone);
  await expect(against(cutBehind('{"a":'), ({ json }) => json(GET))).rejects.toMatchObject(gone);

  const lines: unknown[] = [];
  const cut = against(cutBehind('{"line":1}\n{"line":2}\n{"li'), (daemon) => read(daemon.lines(GET), lines));
  await expect(cut).rejects.toMatchObject(gone);
  expect(lines).toEqual([{ line: 1 }, { line: 2 }]);

  const bytes: Uint8Array[] = [];
  await expect(against(cutBehind("abc"), (daemon) => read(daemon.bytes(GET), bytes))).rejects.toMatchObject(gone);
  expect(Buffer.concat(bytes).toString()).toBe("abc");
});

it("who leaves in the middle of an answer cuts the connection", async () => {
  let closed: Promise<unknown> | undefined;
  const endless: RequestListener = (_, response) => {
    closed = once(response, "close");
    response.write('{"line":1}\n');
  };
  await against(endless, async (daemon) => {
    for await (const line of daemon.lines(GET)) {
      expect(line).toEqual({ line: 1 });
      break;
    }
  });
  await closed;
});

it("an interrupted request ends with the interrupt", async () => {
  const interrupt = new AbortController();
  const never: RequestListener = () => interrupt.abort();
  const request = { ...GET, signal: interrupt.signal };
  await expect(against(never, ({ json }) => json(request))).rejects.toMatchObject({ name: "AbortError" });
});
