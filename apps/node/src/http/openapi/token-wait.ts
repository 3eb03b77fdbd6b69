import { HTTP_LIMITS } from "../http-limits.js";
import type { OpenapiObject } from "./openapi-object.js";

const PARAMETERS: readonly OpenapiObject[] = [
  {
    name: "Concordat-Wait",
    in: "header",
    description:
      "The `Concordat-Token` of a write, from any node: the request is answered once this node has seen that write.",
    schema: { type: "string" },
  },
  {
    name: "Concordat-Wait-Timeout",
    in: "header",
    description: "Seconds after which it is answered `not_seen_yet` instead.",
    schema: { type: "number", minimum: 0, maximum: HTTP_LIMITS.waitMaxS, default: HTTP_LIMITS.waitDefaultS },
  },
];

type Paths = Readonly<Record<string, Readonly<Record<string, OpenapiObject>>>>;

/** `paths`, each of whose requests may bring a token. */
export const withTokenWait = (paths: OpenapiObject): OpenapiObject =>
  Object.fromEntries(
    Object.entries(paths as Paths).map(([path, operations]) => [
      path,
      path.startsWith("/v1/") ? Object.fromEntries(Object.entries(operations).map(withParameters)) : operations,
    ]),
  );

const withParameters = ([method, operation]: [string, OpenapiObject]): [string, OpenapiObject] => [
  method,
  { ...operation, parameters: [...((operation.parameters as OpenapiObject[] | undefined) ?? []), ...PARAMETERS] },
];
