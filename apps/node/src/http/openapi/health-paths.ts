import { content, type OpenapiObject, ref } from "./openapi-object.js";
import { problemAnswers } from "./responses.js";

export const healthPaths: OpenapiObject = {
  "/v1/status": {
    get: {
      operationId: "readStatus",
      summary: "How this node and its links are",
      responses: { "200": { description: "The status.", ...content(ref("Status")) }, ...problemAnswers() },
    },
  },
  "/livez": {
    get: {
      operationId: "readLiveness",
      summary: "Whether the process answers",
      responses: { "200": { description: "It does.", ...content(ref("Liveness")) } },
    },
  },
  "/readyz": {
    get: {
      operationId: "readReadiness",
      summary: "Whether clients should be sent to this node",
      responses: {
        "200": { description: "Ready.", ...content(ref("Readiness")) },
        "503": { description: "Not ready, and why.", ...content(ref("Readiness")) },
      },
    },
  },
  "/metrics": {
    get: {
      operationId: "readMetrics",
      summary: "Numbers for Prometheus",
      responses: {
        "200": { description: "In its text format.", ...content({ type: "string" }, "text/plain") },
        ...problemAnswers(),
      },
    },
  },
  "/openapi.json": {
    get: {
      operationId: "readOpenapi",
      summary: "This description",
      responses: { "200": { description: "OpenAPI 3.1.", ...content({ type: "object" }) } },
    },
  },
};
