import { text as readAll } from "node:stream/consumers";
import { CommandError } from "../command-error.js";
import { EXIT_CODE } from "../exit-code.js";
import { isJsonObject, type JsonObject } from "../http/json/json.js";
import { JsonError } from "../http/json/json-error.js";
import { parseJson } from "../http/json/parse-json.js";

/** The attributes of an argument, or of stdin when there is none, or it is `-`. Throws a `CommandError`. */
export const readAttributes = async (argument: string | undefined): Promise<JsonObject> => {
  const fromStdin = argument === undefined || argument === "-";
  if (fromStdin && process.stdin.isTTY) throw usage("say which attributes, as an argument or on stdin");
  const json = parse(fromStdin ? await readAll(process.stdin) : argument);
  if (!isJsonObject(json)) throw usage('attributes are a JSON object, such as {"title": "hello"}');
  return attributesOf(json);
};

/** What `entry get` prints and `import` reads has its attributes one level down. */
const attributesOf = (json: JsonObject): JsonObject => {
  const { attributes } = json;
  const isWholeEntry = isJsonObject(attributes) && Object.keys(json).every((key) => ENTRY_MEMBERS.has(key));
  return isWholeEntry ? attributes : json;
};

const ENTRY_MEMBERS: ReadonlySet<string> = new Set(["uuid", "attributes", "createdAt", "modifiedAt", "conflictOf"]);

const parse = (text: string) => {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw usage(`the attributes are not the JSON that they should be: ${error.message}`);
  }
};

const usage = (message: string): CommandError =>
  new CommandError(message, { exitCode: EXIT_CODE.usage, code: "usage" });
