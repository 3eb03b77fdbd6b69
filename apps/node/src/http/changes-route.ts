import type { Change } from "@concordat/replica";
import type { Hono } from "hono";
import type { ApiContext } from "./api-context.js";
import { entryToJson } from "./entry-json.js";
import { eventStream } from "./event-stream.js";

/**
 * The change feed as server-sent events: `put` with the entry, `delete` with the uuid, `reset` when everything has to be
 * read anew. The id of an event is its position: `Last-Event-ID` goes on after it; without, from now on.
 */
export const registerChangesRoute = (app: Hono, { replica, heartbeatIntervalMs }: ApiContext): void => {
  app.get("/v1/changes", ({ req }) => {
    // A HEAD request has no body that would ever be read or cancelled.
    if (req.method === "HEAD") return new Response(null, { headers: HEADERS });
    const ended = new AbortController();
    const after = req.header("Last-Event-ID");
    const changes = replica.changes({ signal: ended.signal, ...(after && { after }) });
    const onEnd = (): void => ended.abort();
    return new Response(eventStream(changes, { render: changeEvent, onEnd, heartbeatIntervalMs }), {
      headers: HEADERS,
    });
  });
};

const HEADERS = { "Content-Type": "text/event-stream", "Cache-Control": "no-store" };

const changeEvent = (change: Change): string =>
  `id: ${change.position}\nevent: ${change.kind}\ndata: ${JSON.stringify(changeData(change))}\n\n`;

const changeData = (change: Change): object => {
  switch (change.kind) {
    case "put":
      return entryToJson(change.entry);
    case "delete":
      return { uuid: change.uuid };
    case "reset":
      return {};
  }
};
