import { changesPath } from "./changes-path.js";
import { conflictPaths } from "./conflict-paths.js";
import { entryPaths } from "./entry-paths.js";
import { healthPaths } from "./health-paths.js";
import type { OpenapiObject } from "./openapi-object.js";
import { schemas } from "./schemas.js";
import { withTokenWait } from "./token-wait.js";
import { transactionsPath } from "./transactions-path.js";

/** What `/openapi.json` answers: OpenAPI 3.1. Every route of `createApi` is in it, and nothing else. */
export const openapiDocument = (version: string): OpenapiObject => ({
  openapi: "3.1.0",
  info: {
    title: "Concordat data API",
    version,
    description: DESCRIPTION,
    license: { name: "MIT", identifier: "MIT" },
  },
  paths: withTokenWait({
    ...entryPaths,
    ...transactionsPath,
    ...changesPath,
    ...conflictPaths,
    ...healthPaths,
  }),
  components: {
    schemas,
    securitySchemes: { token: { type: "http", scheme: "bearer", description: SECURITY } },
  },
  // Over the unix socket no token is asked for.
  security: [{ token: [] }, {}],
});

const SECURITY = `Over TCP: a token of \`concordat token create\`, for monitor, read or write. Over the unix socket none is asked for, nor for
\`/livez\`, \`/readyz\` and \`/openapi.json\`.`;

const DESCRIPTION = `Entries of one replica. Every write is a transaction: durable and visible when it is answered, then on its way to the
partners. Values are JSON without null. What JSON lacks is an object with one member: \`{"$bytes": "<base64>"}\`,
\`{"$integer": "<decimal>"}\` for integers of 64 bits beyond 2^53 - 1, \`{"$double": "<decimal>"}\` for whole numbers beyond
that are no such integers, and \`{"$object": {…}}\` for an object that would read as one of these.
Errors are \`application/problem+json\` (RFC 9457) whose \`type\` is \`urn:concordat:error:<code>\`; branch on it.`;
