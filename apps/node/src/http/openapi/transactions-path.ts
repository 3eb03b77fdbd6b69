import { content, header, type OpenapiObject, ref, requestBody } from "./openapi-object.js";
import { BODY_PROBLEMS, problemAnswers } from "./responses.js";

export const transactionsPath: OpenapiObject = {
  "/v1/transactions": {
    post: {
      operationId: "transact",
      summary: "Do several writes, all or nothing, under one change id",
      description:
        "In order; each sees what those before it did. A problem names the operation at fault in `operation`.",
      ...requestBody(ref("Transaction")),
      responses: {
        "200": {
          description: "All of them are done.",
          headers: { "Concordat-Token": header("Opaque: what this node has seen, this transaction included.") },
          ...content(ref("TransactionResult")),
        },
        ...problemAnswers(
          ...BODY_PROBLEMS,
          "invalid_parameter",
          "entry_not_found",
          "entry_exists",
          "entry_deleted",
          "precondition_failed",
        ),
      },
    },
  },
};
