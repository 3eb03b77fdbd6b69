import { parseUuid, type Uuid } from "@concordat/crdt";
import { type Entry, type Replica, ReplicaError } from "@concordat/replica";
import type { Context, Hono } from "hono";
import type { ApiContext } from "./api-context.js";
import { entityTag, failedCondition, type Precondition, preconditionOf } from "./entity-tag.js";
import { parseEntryBody, parseModifyBody, parsePatchBody } from "./entry-body.js";
import { demandPrecondition, type EntryOperation } from "./entry-operation.js";
import { entryResponse } from "./entry-response.js";
import { isoMicros } from "./iso-micros.js";
import { Problem } from "./problem.js";
import { readJsonBody } from "./request-body.js";
import { writeEntry } from "./write-entry.js";

const PATH = "/v1/entries/:uuid";
const PATCH_TYPES = ["application/merge-patch+json", "application/json"];

/** One entry: read, replace, patch, modify, delete. */
export const registerEntryRoutes = (app: Hono, { replica, bodyBytesMax }: ApiContext): void => {
  app.get(PATH, async (context) => {
    const entry = await liveEntry(replica, uuidOf(context));
    const precondition = preconditionOfRequest(context);
    if (precondition === undefined) return entryResponse(entry, 200);
    if (failedCondition(precondition, entry.version) === "If-None-Match") {
      return new Response(null, { status: 304, headers: { ETag: entityTag(entry.version) } });
    }
    demandPrecondition(precondition, entry);
    return entryResponse(entry, 200);
  });

  app.put(PATH, async (context) => {
    const target = targetOf(context);
    const { uuid, attributes } = parseEntryBody(await readJsonBody(context, bodyBytesMax));
    if (uuid !== undefined && uuid !== target.uuid) {
      throw new Problem(
        "invalid_body",
        `/uuid is ${uuid} and the path names ${target.uuid}: leave it out, or send the same`,
      );
    }
    return written(replica, { op: "put", ...target, attributes });
  });

  app.patch(PATH, async (context) => {
    const target = targetOf(context);
    const attributes = parsePatchBody(await readJsonBody(context, bodyBytesMax, PATCH_TYPES));
    return written(replica, { op: "patch", ...target, attributes, pointer: "/attributes" });
  });

  app.post(`${PATH}/modify`, async (context) => {
    const target = targetOf(context);
    const changes = parseModifyBody(await readJsonBody(context, bodyBytesMax));
    return written(replica, { op: "modify", ...target, changes });
  });

  app.delete(PATH, (context) => written(replica, { op: "delete", ...targetOf(context) }));
};

/** Does the write, and answers the entry that it leaves; 201 where it made one. */
export const written = async (replica: Replica, operation: EntryOperation): Promise<Response> => {
  const { result, headers } = await writeEntry(replica, operation);
  if (result.entry === undefined) return new Response(null, { status: 204, headers });
  if (result.outcome !== "created") return entryResponse(result.entry, 200, headers);
  return entryResponse(result.entry, 201, { ...headers, Location: `/v1/entries/${result.uuid}` });
};

const targetOf = (context: Context): { readonly uuid: Uuid; readonly precondition: Precondition | undefined } => ({
  uuid: uuidOf(context),
  precondition: preconditionOfRequest(context),
});

const uuidOf = ({ req }: Context): Uuid => {
  const text = req.param("uuid") ?? "";
  const uuid = parseUuid(text);
  if (uuid !== undefined) return uuid;
  const shown = JSON.stringify(text.slice(0, 60));
  throw new Problem(
    "invalid_uuid",
    `${shown} is not a uuid: 36 characters such as 0190f6e4-7d2a-7c3e-9f00-3a5b8c1d2e4f`,
  );
};

const preconditionOfRequest = ({ req }: Context): Precondition | undefined =>
  preconditionOf(req.header("If-Match"), req.header("If-None-Match"));

const liveEntry = async (replica: Replica, uuid: Uuid): Promise<Entry> => {
  const found = await replica.lookup(uuid);
  if (found.kind === "live") return found.entry;
  if (found.kind === "absent") throw new ReplicaError("entry_not_found", `there is no entry ${uuid} on this node`);
  const deletedAt = isoMicros(found.deletedAt.ts);
  throw new Problem("entry_deleted", `entry ${uuid} was deleted at ${deletedAt}`, { members: { deletedAt } });
};
