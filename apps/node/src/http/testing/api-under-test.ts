import { type Log, openReplica, type Replica, type ReplicaOptions, SILENT_LOG } from "@concordat/replica";
import { memoryStorage } from "@concordat/storage";
import type { Hono } from "hono";
import { onTestFinished } from "vitest";
import { type NodeDescription, nodeStatus } from "../../admin/node-status.js";
import { createNodeMetrics } from "../../metrics/node-metrics.js";
import { createApi } from "../api.js";
import type { ApiOptions } from "../api-context.js";
import type { EntryJson } from "../entry-json.js";

/** The API on a real replica in memory, closed when the test has finished. */
export interface ApiUnderTest {
  readonly app: Hono;
  readonly replica: Replica;
  /** Every error that was logged. */
  readonly errors: readonly string[];
  /** Sends `body` as JSON, or as it is when it is a string. */
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Creates an entry, and answers it. */
  create(attributes: Readonly<Record<string, unknown>>): Promise<EntryJson>;
}

export const openApi = async (
  replicaOptions: Partial<ReplicaOptions> = {},
  apiOptions: Partial<ApiOptions> = {},
): Promise<ApiUnderTest> => {
  const errors: string[] = [];
  const log: Log = { ...SILENT_LOG, error: (event) => errors.push(event) };
  const replica = await openReplica({ storage: memoryStorage(), ...replicaOptions });
  onTestFinished(() => replica.close());
  const metrics = createNodeMetrics();
  const status = () => nodeStatus({ replica, refused: { list: () => [] }, node: NODE });
  const app = createApi({ replica, status, metrics, log, version: NODE.version, ...apiOptions });
  const send: ApiUnderTest["send"] = async (method, path, body, headers = {}) =>
    app.request(path, {
      method,
      headers: { ...(body !== undefined && { "Content-Type": "application/json" }), ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  const create: ApiUnderTest["create"] = async (attributes) =>
    (await (await send("POST", "/v1/entries", { attributes })).json()) as EntryJson;
  return { app, replica, errors, send, create };
};

const NODE: NodeDescription = {
  origin: undefined,
  startedAtMs: 0,
  version: "1.2.3",
  certificates: undefined,
};

/** The status and the code of a problem, checked to be one. */
export const problemOf = async (response: Response): Promise<{ status: number; code: string; detail: string }> => {
  if (response.headers.get("Content-Type") !== "application/problem+json") {
    throw new Error(`${response.status} is no problem: ${await response.text()}`);
  }
  const { type, title, status, detail, ...members } = (await response.json()) as Record<string, string | number>;
  if (status !== response.status || !title || !detail) throw new Error(`an incomplete problem: ${type}`);
  const code = String(type).replace("urn:concordat:error:", "");
  return { status: response.status, code, detail: String(detail), ...members };
};
