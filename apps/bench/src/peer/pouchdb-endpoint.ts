import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type PouchDB from "pouchdb";
import type { BulkGetOptions } from "pouchdb";

/**
 * A database over HTTP, for others to replicate from: as much of CouchDB's protocol as the source of a replication is asked for,
 * and no more, so that the figures are PouchDB's own. Of its servers for Node.js, pouchdb-server does not run on Node 20, and
 * express-pouchdb is of 2019, brings 180 packages, and takes longer than this.
 */
export class PouchdbEndpoint {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${NAME}`;
  }

  static async open(database: PouchDB): Promise<PouchdbEndpoint> {
    const server = createServer((request, response) => void answer(database, request, response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new PouchdbEndpoint(server);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

const NAME = "entries";

const answer = async (database: PouchDB, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  const place = decodeURIComponent(pathname.slice(`/${NAME}/`.length));
  const [status, body] = await resultOf(database, request, place, searchParams).then(
    (result) => [200, result] as const,
    (error: { readonly status?: number; readonly message?: string }) => [error.status ?? 500, error] as const,
  );
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
};

const resultOf = async (
  database: PouchDB,
  request: IncomingMessage,
  place: string,
  query: URLSearchParams,
): Promise<unknown> => {
  if (place === "") return database.info();
  if (place === "_changes") {
    return database.changes({
      since: Number(query.get("since")),
      limit: Number(query.get("limit")),
      style: query.get("style") ?? "main_only",
    });
  }
  if (place === "_bulk_get") {
    const { docs } = (await json(request)) as { docs: BulkGetOptions["docs"] };
    return database.bulkGet({ docs, revs: query.get("revs") === "true", latest: query.get("latest") === "true" });
  }
  // The checkpoints, in `_local/`.
  if (request.method === "PUT") return database.put((await json(request)) as { _id: string });
  return database.get(place);
};
