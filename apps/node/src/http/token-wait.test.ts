import { connect, openReplica } from "@concordat/replica";
import { memoryStorage } from "@concordat/storage";
import { describe, expect, it, onTestFinished } from "vitest";
import { openApi, problemOf } from "./testing/api-under-test.js";

/** The token that creating an entry here answers, and the entry. */
const written = async ({ send }: Awaited<ReturnType<typeof openApi>>, title = "hello") => {
  const response = await send("POST", "/v1/entries", { attributes: { title } });
  const { uuid } = (await response.json()) as { uuid: string };
  return { uuid, token: response.headers.get("Concordat-Token") ?? "" };
};

describe("Concordat-Wait", () => {
  it("answers at once what this node wrote itself", async () => {
    const api = await openApi();
    const { uuid, token } = await written(api);
    const response = await api.send("GET", `/v1/entries/${uuid}`, undefined, { "Concordat-Wait": token });
    expect(response.status).toBe(200);
  });

  it("waits for a write of another node, and then answers with it", async () => {
    const [a, b] = [await openApi(), await openApi()];
    const { uuid, token } = await written(a);
    const reading = b.send("GET", `/v1/entries/${uuid}`, undefined, { "Concordat-Wait": token });
    connect(a.replica, b.replica);
    const response = await reading;
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ uuid, attributes: { title: "hello" } });
  });

  it("holds for lists, conflicts and writes too", async () => {
    const [a, b] = [await openApi(), await openApi()];
    const { token } = await written(a);
    const headers = { "Concordat-Wait": token, "Concordat-Wait-Timeout": "0" };
    for (const path of ["/v1/entries", "/v1/conflicts", "/v1/changes", "/v1/status"]) {
      expect(await problemOf(await b.send("GET", path, undefined, headers))).toMatchObject({ code: "not_seen_yet" });
    }
    const write = await b.send("POST", "/v1/entries", { attributes: {} }, headers);
    expect(await problemOf(write)).toMatchObject({ status: 504, code: "not_seen_yet" });
    expect((await b.replica.list()).entries).toEqual([]);
  });

  it("answers 504 after its timeout, with what is missing and how long to wait", async () => {
    const [a, b] = [await openApi(), await openApi()];
    const { uuid, token } = await written(a);
    const headers = { "Concordat-Wait": token, "Concordat-Wait-Timeout": "0.05" };
    const response = await b.send("GET", `/v1/entries/${uuid}`, undefined, headers);
    expect(response.headers.get("Retry-After")).toBe("1");
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ status: 504, code: "not_seen_yet", missing: [{ server: a.replica.serverUuid }] });
    expect(problem.detail).toContain(a.replica.serverUuid);
  });

  it.each(["nonsense", "", "AAAA", "AQ==", "é"])("refuses %j as a token", async (token) => {
    const { send } = await openApi();
    const response = await send("GET", "/v1/entries", undefined, { "Concordat-Wait": token });
    expect(await problemOf(response)).toMatchObject({ status: 400, code: "invalid_token" });
  });

  it.each(["-1", "61", "soon", "1e3", ""])("refuses a timeout of %j", async (timeout) => {
    const api = await openApi();
    const { token } = await written(api);
    const headers = { "Concordat-Wait": token, "Concordat-Wait-Timeout": timeout };
    expect(await problemOf(await api.send("GET", "/v1/entries", undefined, headers))).toMatchObject({
      status: 400,
      code: "invalid_parameter",
    });
  });

  it("ends with the client", async () => {
    const [a, b] = [await openApi(), await openApi()];
    const { token } = await written(a);
    const client = new AbortController();
    const headers = { "Concordat-Wait": token };
    const reading = b.app.request("/v1/entries", { headers, signal: client.signal });
    client.abort();
    expect((await reading).status).toBe(504);
  });

  it("answers 503 when the node closes meanwhile", async () => {
    const a = await openApi();
    const { token } = await written(a);
    const b = await openApi();
    const reading = b.send("GET", "/v1/entries", undefined, { "Concordat-Wait": token });
    await new Promise((resolve) => setImmediate(resolve));
    await b.replica.close();
    expect(await problemOf(await reading)).toMatchObject({ status: 503, code: "shutting_down" });
  });

  it("is met by a node that was refreshed after the write", async () => {
    const a = await openReplica({ storage: memoryStorage() });
    onTestFinished(() => a.close());
    await a.create({ title: "hello" });
    const b = await openApi();
    const waiting = b.replica.waitFor(a.token(), { timeoutMs: 5_000 });
    connect(a, b.replica);
    expect(await waiting).toEqual({ kind: "seen" });
  });
});
