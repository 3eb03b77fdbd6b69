import type { Uuid } from "@concordat/crdt";
import type { Context, Hono } from "hono";
import type { ApiContext } from "./api-context.js";
import { parseEntryBody } from "./entry-body.js";
import { written } from "./entry-routes.js";
import type { Filter } from "./filter/filter.js";
import { filterParameter } from "./filter-parameter.js";
import { HTTP_LIMITS } from "./http-limits.js";
import { decodeListCursor } from "./list-cursor.js";
import { listPage } from "./list-page.js";
import { Problem } from "./problem.js";
import { readJsonBody } from "./request-body.js";

const PATH = "/v1/entries";

/** The collection: create, list. */
export const registerEntriesRoutes = (app: Hono, { replica, bodyBytesMax }: ApiContext): void => {
  app.post(PATH, async (context) => {
    const { uuid, attributes } = parseEntryBody(await readJsonBody(context, bodyBytesMax));
    return written(replica, { op: "create", uuid, attributes });
  });

  app.get(PATH, async (context) => {
    const parameters = listParameters(context);
    const page = await listPage(replica, parameters, HTTP_LIMITS.pageCharactersMax);
    return new Response(page, { headers: { "Content-Type": "application/json" } });
  });
};

interface ListParameters {
  readonly after: Uuid | undefined;
  readonly limit: number;
  readonly filter: Filter | undefined;
}

/** A misspelt parameter would list everything: unknown ones are refused. */
const listParameters = ({ req }: Context): ListParameters => {
  const queries = req.queries();
  for (const [name, values] of Object.entries(queries)) {
    if (!PARAMETERS.has(name))
      throw invalid(`there is no parameter ${JSON.stringify(name)}: filter, limit and cursor are known`);
    if (values.length > 1) throw invalid(`${name} may be given once`);
  }
  const [[cursor], [limit], [filter]] = [queries.cursor ?? [], queries.limit ?? [], queries.filter ?? []];
  return {
    after: cursor === undefined ? undefined : decodeListCursor(cursor),
    limit: limit === undefined ? HTTP_LIMITS.pageEntriesDefault : limitOf(limit),
    filter: filter === undefined ? undefined : filterParameter(filter),
  };
};

const PARAMETERS = new Set(["cursor", "limit", "filter"]);

const limitOf = (text: string): number => {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= HTTP_LIMITS.pageEntriesMax) return limit;
  throw invalid(`limit takes a whole number from 1 to ${HTTP_LIMITS.pageEntriesMax}`);
};

const invalid = (detail: string): Problem => new Problem("invalid_parameter", detail);
