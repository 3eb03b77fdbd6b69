import { HTTP_LIMITS } from "../http-limits.js";
import { type OpenapiObject, ref } from "./openapi-object.js";

interface Parts {
  readonly object: (properties: OpenapiObject, optional?: readonly string[]) => OpenapiObject;
  readonly attributes: OpenapiObject;
  readonly uuid: OpenapiObject;
}

export const operationSchemas = ({ object, attributes, uuid }: Parts): OpenapiObject => {
  const conditions = {
    ifMatch: { type: "string", description: 'As the header If-Match: "\\"<version>\\"" or "*".' },
    ifNoneMatch: { type: "string", description: "As the header If-None-Match." },
  };
  const addressed = (op: string, more: OpenapiObject): OpenapiObject =>
    object({ op: { const: op }, uuid, ...more, ...conditions }, ["ifMatch", "ifNoneMatch"]);
  const attributesOf = (schema: string): OpenapiObject => ({ type: "object", additionalProperties: ref(schema) });

  return {
    Operation: {
      oneOf: [
        object({ op: { const: "create" }, uuid, attributes }, ["uuid"]),
        addressed("put", { attributes }),
        addressed("patch", { attributes: attributesOf("Patch") }),
        addressed("modify", { attributes: attributesOf("Change") }),
        addressed("delete", {}),
      ],
    },
    Transaction: object({
      operations: { type: "array", items: ref("Operation"), minItems: 1, maxItems: HTTP_LIMITS.operationsMax },
    }),
    TransactionResult: object(
      {
        changeId: {
          ...object({ ts: { type: "integer" }, server: uuid }),
          description: "Microseconds since the Unix epoch, and this node's server uuid; left out when nothing changed.",
        },
        results: {
          type: "array",
          description: "One for each operation, in their order.",
          items: object({ uuid, outcome: { type: "string", enum: ["created", "replaced", "modified", "deleted"] } }),
        },
      },
      ["changeId"],
    ),
  };
};
