import { HTTP_LIMITS } from "../http-limits.js";
import { content, type OpenapiObject, ref, requestBody } from "./openapi-object.js";
import { BODY_PROBLEMS, problemAnswers, tokenAnswer } from "./responses.js";

const ID = { name: "id", in: "path", required: true, description: "As the list shows it.", schema: { type: "string" } };

export const conflictPaths: OpenapiObject = {
  "/v1/conflicts": {
    get: {
      operationId: "listConflicts",
      summary: "List what lost a merge and was not settled yet",
      description: "The same on every node that has the same state and the same schema.",
      parameters: [
        {
          name: "limit",
          in: "query",
          schema: {
            type: "integer",
            minimum: 1,
            maximum: HTTP_LIMITS.pageConflictsMax,
            default: HTTP_LIMITS.pageEntriesDefault,
          },
        },
        { name: "after", in: "query", description: "`next` of the page before.", schema: { type: "string" } },
      ],
      responses: {
        "200": { description: "A page.", ...content(ref("ConflictPage")) },
        ...problemAnswers("invalid_parameter"),
      },
    },
  },
  "/v1/conflicts/{id}": {
    get: {
      operationId: "readConflict",
      summary: "Read a conflict",
      parameters: [ID],
      responses: {
        "200": { description: "The conflict.", ...content(ref("Conflict")) },
        ...problemAnswers("conflict_not_found"),
      },
    },
  },
  "/v1/conflicts/{id}/resolve": {
    post: {
      operationId: "resolveConflict",
      summary: "Settle a conflict, on every node that hears of it",
      parameters: [ID],
      ...requestBody(ref("ConflictResolution")),
      responses: {
        "200": {
          ...tokenAnswer("Settled; `uuid` is the entry that holds what was kept."),
          ...content(ref("ResolvedConflict")),
        },
        ...problemAnswers(...BODY_PROBLEMS, "conflict_not_found", "entry_exists", "entry_deleted"),
      },
    },
  },
};
