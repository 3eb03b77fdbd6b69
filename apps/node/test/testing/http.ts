import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface HttpRequest {
  /** A unix socket; or `port` on the loopback address. */
  readonly socketPath?: string;
  readonly port?: number;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request over a connection of its own. */
export const fetchOnce = (options: HttpRequest): Promise<HttpAnswer> => {
  const { request, answer } = openRequest(options);
  request.end(options.body);
  return answer;
};

/** A request whose body the caller writes and ends. */
export const openRequest = ({
  socketPath,
  port,
  method = "GET",
  path,
  headers,
}: HttpRequest): { readonly request: ClientRequest; readonly answer: Promise<HttpAnswer> } => {
  const target = socketPath === undefined ? { host: "127.0.0.1", port } : { socketPath };
  const request = httpRequest({ ...target, method, path, agent: false, ...(headers && { headers }) });
  const answer = new Promise<HttpAnswer>((resolve, reject) => {
    request.once("error", reject);
    request.once("response", (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.once("error", reject);
      response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
  });
  return { request, answer };
};
