import { openapiDocument } from "../../../src/http/openapi/openapi-document.js";
import { PROBLEMS } from "../../../src/http/problem.js";
import { VERSION } from "../../../src/version.js";
import { linkedCode } from "./linked-code.js";

interface Operation {
  readonly summary: string;
  readonly description?: string;
}

/** `docs/http-api.md`: routes and problems, out of what the program itself says of them. */
export const httpApiPage = (): string => {
  const paths = openapiDocument(VERSION).paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary }]) => `| \`${method.toUpperCase()} ${path}\` | ${summary} |`),
  );
  const problems = Object.entries(PROBLEMS).map(
    ([code, { status, title }]) => `| ${linkedCode(code)} | ${status} | ${title} |`,
  );
  return `${[
    "# HTTP API",
    "",
    "Made from the program itself by `pnpm generate`; a test fails while it is out of date. [openapi.json](openapi.json) has parameters,",
    "bodies and answers; a running node answers it at `/openapi.json`.",
    "",
    "The unix socket (`adminbindpath`) serves all of this to the user that runs the node. Over TCP (`bindaddress`) requests bring",
    "`Authorization: Bearer TOKEN`, made by `concordat token create`; [deployment](deployment.md) tells of TLS.",
    "",
    "## Routes",
    "",
    "| route | does |",
    "|---|---|",
    ...routes,
    "",
    "Every write answers a `Concordat-Token` header; a read that sends it as `Concordat-Wait`, to any node, waits until that node has seen the",
    "write.",
    "",
    "## Errors",
    "",
    "`application/problem+json` (RFC 9457) with `type` `urn:concordat:error:<code>`; branch on it, `detail` is for people.",
    "",
    "| code | status | title |",
    "|---|---|---|",
    ...problems,
  ].join("\n")}\n`;
};
