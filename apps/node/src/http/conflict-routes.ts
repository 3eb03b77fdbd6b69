import { type Conflict, type ConflictResolution, type Replica, ReplicaError } from "@concordat/replica";
import type { Context, Hono } from "hono";
import type { ApiContext } from "./api-context.js";
import { conflictPageToJson, conflictToJson } from "./conflict-json.js";
import { jsonResponse } from "./entry-response.js";
import { HTTP_LIMITS } from "./http-limits.js";
import { isJsonObject, type Json } from "./json/json.js";
import { Problem } from "./problem.js";
import { readJsonBody } from "./request-body.js";
import { tokenHeaders } from "./wait-for-token.js";

const PATH = "/v1/conflicts";

/** What lost a merge: listed, shown, settled. */
export const registerConflictRoutes = (app: Hono, { replica, bodyBytesMax }: ApiContext): void => {
  app.get(PATH, async (context) => jsonResponse(conflictPageToJson(await replica.conflicts(pageOf(context))), 200));

  app.get(`${PATH}/:id`, async (context) =>
    jsonResponse(conflictToJson(await conflictOf(replica, idOf(context))), 200),
  );

  app.post(`${PATH}/:id/resolve`, async (context) => {
    const resolution = parseResolution(await readJsonBody(context, bodyBytesMax));
    const { result } = await replica.resolveConflict(idOf(context), resolution);
    const body = { resolved: idOf(context), ...(result !== undefined && { uuid: result }) };
    return jsonResponse(body, 200, tokenHeaders(replica));
  });
};

const conflictOf = async (replica: Replica, id: string): Promise<Conflict> => {
  const conflict = await replica.conflict(id);
  if (conflict) return conflict;
  throw new ReplicaError("conflict_not_found", `there is no conflict ${id}: it was settled, or never was one`);
};

const idOf = ({ req }: Context): string => req.param("id") ?? "";

const pageOf = ({ req }: Context): { readonly after?: string; readonly limit: number } => {
  const queries = req.queries();
  for (const [name, values] of Object.entries(queries)) {
    if (name !== "limit" && name !== "after") {
      throw invalid(`there is no parameter ${JSON.stringify(name)}: limit and after are known`);
    }
    if (values.length > 1) throw invalid(`${name} may be given once`);
  }
  const [after] = queries.after ?? [];
  const [limit] = queries.limit ?? [];
  return { limit: limit === undefined ? HTTP_LIMITS.pageEntriesDefault : limitOf(limit), ...(after && { after }) };
};

const limitOf = (text: string): number => {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= HTTP_LIMITS.pageConflictsMax) return limit;
  throw invalid(`limit takes a whole number from 1 to ${HTTP_LIMITS.pageConflictsMax}`);
};

const invalid = (detail: string): Problem => new Problem("invalid_parameter", detail);

const ACTIONS: readonly ConflictResolution["action"][] = ["keep-winner", "keep-loser", "restore"];

const parseResolution = (body: Json): ConflictResolution => {
  const { action, loser, ...others } = isJsonObject(body) ? body : {};
  const known = ACTIONS.find((one) => one === action);
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) throw new Problem("invalid_body", `/${unknown}: action and loser are known`);
  if (known === undefined) throw new Problem("invalid_body", `/action: one of ${ACTIONS.join(", ")}`);
  if (loser === undefined) return { action: known };
  if (typeof loser === "number" && Number.isSafeInteger(loser) && loser >= 0) return { action: known, loser };
  throw new Problem("invalid_body", "/loser: a whole number, counted from 0");
};
