import type { Context } from "hono";
import type { Json } from "./json/json.js";
import { parseJson } from "./json/parse-json.js";
import { Problem } from "./problem.js";

/**
 * The request's body, read as JSON.
 *
 * @param mediaTypes what it may be; demanding one also keeps a browser's plain form from writing here.
 * @throws Problem `unsupported_media_type`, `body_too_large`, `incomplete_body`, `malformed_json`; JsonError
 */
export const readJsonBody = async (
  context: Context,
  bytesMax: number,
  mediaTypes: readonly string[] = ["application/json"],
): Promise<Json> => {
  const request = context.req.raw;
  checkMediaType(request, mediaTypes);
  const bytes = await readBytes(request, bytesMax);
  if (bytes.length === 0) throw new Problem("malformed_json", "the body is empty: send a JSON object");
  return parseJson(decodeUtf8(bytes));
};

const checkMediaType = (request: Request, mediaTypes: readonly string[]): void => {
  const given = request.headers.get("Content-Type") ?? "";
  const [mediaType = "", ...parameters] = given.split(";").map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (mediaTypes.includes(mediaType) && isUtf8) return;
  const header = request.method === "PATCH" ? "Accept-Patch" : "Accept";
  const found = given === "" ? "it names none" : `it names ${given}`;
  throw new Problem("unsupported_media_type", `Content-Type takes ${mediaTypes.join(" or ")}, in UTF-8; ${found}`, {
    headers: { [header]: mediaTypes.join(", ") },
  });
};

/** At most `bytesMax` bytes are ever held, whatever the header claims. */
const readBytes = async (request: Request, bytesMax: number): Promise<Uint8Array> => {
  if (Number(request.headers.get("Content-Length") ?? 0) > bytesMax) throw tooLarge(bytesMax);
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of bodyParts(request)) {
    total += part.length;
    if (total > bytesMax) throw tooLarge(bytesMax);
    parts.push(part);
  }
  return Buffer.concat(parts, total);
};

async function* bodyParts(request: Request): AsyncGenerator<Uint8Array> {
  try {
    if (request.body) yield* request.body as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw new Problem("incomplete_body", "the connection ended before the body did: send the request again", { cause });
  }
}

const tooLarge = (bytesMax: number): Problem =>
  new Problem("body_too_large", `the body may have ${bytesMax} bytes: send several requests`);

const decodeUtf8 = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Problem("malformed_json", "the body is not valid UTF-8", { cause });
  }
};
