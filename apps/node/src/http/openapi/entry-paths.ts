import { HTTP_LIMITS } from "../http-limits.js";
import { content, type OpenapiObject, ref, requestBody } from "./openapi-object.js";
import { BODY_PROBLEMS, entryAnswer, problemAnswers, tokenAnswer, writtenAnswer } from "./responses.js";

const UUID = { name: "uuid", in: "path", required: true, schema: { type: "string", format: "uuid" } };

const condition = (name: string, description: string): OpenapiObject => ({
  name,
  in: "header",
  description,
  schema: { type: "string" },
});

const IF_MATCH = condition("If-Match", "Only if the entry is at one of these versions (RFC 9110); `*`: at any.");
const IF_NONE_MATCH = condition(
  "If-None-Match",
  "Only if the entry is at none of these versions; `*`: only if there is none.",
);

const CONDITIONS = [UUID, IF_MATCH, IF_NONE_MATCH];

const FILTER = `The SCIM grammar (RFC 7644, section 3.4.2.2): \`title sw "he" and (tags eq "new" or not (hits gt 3))\`. Operators eq ne co sw
ew gt ge lt le pr, and, or, not, parentheses. Names are exact, with dots into maps, in double quotes if they hold other
characters; operands are JSON. An array matches if any element does; \`ne\` is the negation of \`eq\`; \`eq null\` holds where
there is no value. Where the filter is \`eq\` on an attribute that the node's schema indexes, or \`and\` with such a part, only
entries with that value are read; otherwise all are.`;

export const entryPaths: OpenapiObject = {
  "/v1/entries": {
    post: {
      operationId: "createEntry",
      summary: "Create an entry",
      ...requestBody(ref("NewEntry")),
      responses: {
        "201": writtenAnswer("The entry.", true),
        ...problemAnswers(...BODY_PROBLEMS, "entry_exists", "entry_deleted"),
      },
    },
    get: {
      operationId: "listEntries",
      summary: "List live entries, in the order of their uuids",
      parameters: [
        { name: "filter", in: "query", description: FILTER, schema: { type: "string", maxLength: 8192 } },
        {
          name: "limit",
          in: "query",
          description: "Entries of the page, at most. It may hold fewer, with `next` to go on.",
          schema: {
            type: "integer",
            minimum: 1,
            maximum: HTTP_LIMITS.pageEntriesMax,
            default: HTTP_LIMITS.pageEntriesDefault,
          },
        },
        { name: "cursor", in: "query", description: "`next` of the page before.", schema: { type: "string" } },
      ],
      responses: {
        "200": { description: "A page.", ...content(ref("EntryPage")) },
        ...problemAnswers("invalid_filter", "invalid_cursor", "invalid_parameter"),
      },
    },
  },
  "/v1/entries/{uuid}": {
    get: {
      operationId: "readEntry",
      summary: "Read an entry",
      parameters: CONDITIONS,
      responses: {
        "200": entryAnswer("The entry."),
        "304": { description: "It is at a version that `If-None-Match` names." },
        ...problemAnswers(
          "invalid_uuid",
          "invalid_parameter",
          "entry_not_found",
          "entry_deleted",
          "precondition_failed",
        ),
      },
    },
    put: {
      operationId: "putEntry",
      summary: "Make an entry's attributes exactly these, creating it where there is none",
      parameters: CONDITIONS,
      ...requestBody(ref("NewEntry")),
      responses: {
        "200": writtenAnswer("Replaced."),
        "201": writtenAnswer("Created.", true),
        ...problemAnswers(
          ...BODY_PROBLEMS,
          "invalid_uuid",
          "invalid_parameter",
          "entry_deleted",
          "precondition_failed",
        ),
      },
    },
    patch: {
      operationId: "patchEntry",
      summary: "Merge-patch an entry (RFC 7396): null removes, objects merge, everything else replaces",
      parameters: CONDITIONS,
      ...requestBody(ref("EntryPatch"), "application/merge-patch+json", "application/json"),
      responses: { "200": writtenAnswer("The entry as it is now."), ...changeProblems() },
    },
    delete: {
      operationId: "deleteEntry",
      summary: "Delete an entry; its uuid stays taken until the tombstone is purged",
      parameters: CONDITIONS,
      responses: {
        "204": tokenAnswer("Deleted."),
        ...problemAnswers(
          "invalid_uuid",
          "invalid_parameter",
          "entry_not_found",
          "entry_deleted",
          "precondition_failed",
          "storage_full",
          "read_only",
        ),
      },
    },
  },
  "/v1/entries/{uuid}/modify": {
    post: {
      operationId: "modifyEntry",
      summary: "Change sets, maps and counters element by element, so that concurrent changes all count",
      parameters: CONDITIONS,
      ...requestBody(ref("EntryChanges")),
      responses: { "200": writtenAnswer("The entry as it is now."), ...changeProblems() },
    },
  },
};

function changeProblems(): OpenapiObject {
  return problemAnswers(
    ...BODY_PROBLEMS,
    "invalid_uuid",
    "invalid_parameter",
    "entry_not_found",
    "entry_deleted",
    "precondition_failed",
  );
}
