import { content, type OpenapiObject } from "./openapi-object.js";
import { problemAnswers } from "./responses.js";

const EVENTS = `Server-sent events. \`put\`: data is the entry as it is now (an entry that changes twice before it is sent shows once).
\`delete\`: data is \`{"uuid": …}\`. \`reset\`: the content was replaced, or the position is too old: read everything anew, then go
on. The id of each event is its position.`;

export const changesPath: OpenapiObject = {
  "/v1/changes": {
    get: {
      operationId: "followChanges",
      summary: "Follow entries as they change here, by local writes and by replication",
      description: EVENTS,
      parameters: [
        {
          name: "Last-Event-ID",
          in: "header",
          description: "The id of the last event that was handled; left out, the feed starts now.",
          schema: { type: "string" },
        },
      ],
      responses: {
        "200": { description: EVENTS, ...content({ type: "string" }, "text/event-stream") },
        ...problemAnswers("invalid_parameter"),
      },
    },
  },
};
