import { type OpenapiObject, ref } from "./openapi-object.js";

interface Parts {
  readonly object: (properties: OpenapiObject, optional?: readonly string[]) => OpenapiObject;
  readonly attributes: OpenapiObject;
  readonly unread: OpenapiObject;
  readonly uuid: OpenapiObject;
  readonly time: OpenapiObject;
}

const ACTION = { type: "string", enum: ["keep-winner", "keep-loser", "restore"] };

export const conflictSchemas = ({ object, attributes, unread, uuid, time }: Parts): OpenapiObject => ({
  Conflict: object(
    {
      id: { type: "string" },
      kind: { type: "string", enum: ["creation", "deletion", "overwrite", "unique", "reference", "invalid"] },
      uuid,
      attribute: { type: "string" },
      key: { type: "string", description: "Of a map." },
      message: { type: "string", description: "What won, and why." },
      winner: ref("ConflictSide"),
      losers: { type: "array", items: ref("ConflictSide"), description: "The newest first." },
      resolutions: { type: "array", items: ACTION },
    },
    ["attribute", "key", "winner"],
  ),
  ConflictSide: object(
    {
      uuid,
      writtenAt: time,
      server: uuid,
      value: ref("Value"),
      removed: { const: true, description: "The attribute was removed." },
      attributes,
      unread,
      deleted: { const: true, description: "The entry was deleted." },
    },
    ["value", "removed", "attributes", "unread", "deleted"],
  ),
  ConflictPage: object({ conflicts: { type: "array", items: ref("Conflict") }, next: { type: "string" } }, ["next"]),
  ConflictResolution: object(
    { action: ACTION, loser: { type: "integer", minimum: 0, default: 0, description: "Which of the losers." } },
    ["loser"],
  ),
  ResolvedConflict: object({ resolved: { type: "string" }, uuid }, ["uuid"]),
});
