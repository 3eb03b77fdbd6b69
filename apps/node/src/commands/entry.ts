import type { Command } from "commander";
import type { DaemonRequest } from "../client/daemon-client.js";
import { EXIT_CODE, type ExitCode } from "../exit-code.js";
import type { EntryJson } from "../http/entry-json.js";
import type { Terminal } from "../terminal/terminal.js";
import { readAttributes } from "./attributes-argument.js";
import { type CommandContext, defineCommand } from "./command-context.js";
import { unreadText } from "./unread-text.js";

/** `concordat entry get|put|patch|delete|list` */
export const addEntry = (program: Command): void => {
  const entry = program
    .command("entry")
    .description("read and write entries by hand")
    .addHelpText("after", `\nExample:\n  concordat entry put '{"title": "hello"}'\n  concordat entry list`);
  addGet(entry);
  addPut(entry);
  addPatch(entry);
  addDelete(entry);
  addList(entry);
};

const addGet = (entry: Command): void => {
  const command = entry.command("get").description("print an entry").argument("<uuid>");
  defineCommand(command, `concordat entry get ${EXAMPLE_UUID}`, (context, _, uuid = "") =>
    showAnswer(context, { method: "GET", path: pathOf(uuid) }),
  );
};

const addPut = (entry: Command): void => {
  const command = entry
    .command("put")
    .description("make an entry's attributes exactly these; without a uuid, create one")
    .argument("[uuid]", "left out: a new entry")
    .argument("[attributes]", "a JSON object; - or nothing reads stdin");
  const example = `concordat entry put '{"title": "hello"}'\nconcordat entry put ${EXAMPLE_UUID} '{"title": "hello"}'`;
  defineCommand(command, example, async (context, _, first, second) => {
    const [uuid, argument] = isAttributes(first) ? [undefined, first] : [first, second];
    const attributes = await readAttributes(argument);
    return showAnswer(
      context,
      uuid === undefined
        ? { method: "POST", path: "/v1/entries", body: { attributes } }
        : { method: "PUT", path: pathOf(uuid), body: { attributes } },
    );
  });
};

const addPatch = (entry: Command): void => {
  const command = entry
    .command("patch")
    .description("change some attributes (JSON Merge Patch): null removes one, others stay")
    .argument("<uuid>")
    .argument("[attributes]", "a JSON object; - or nothing reads stdin");
  const example = `concordat entry patch ${EXAMPLE_UUID} '{"title": "hello, world", "draft": null}'`;
  defineCommand(command, example, async (context, _, uuid = "", argument) =>
    showAnswer(context, { method: "PATCH", path: pathOf(uuid), body: { attributes: await readAttributes(argument) } }),
  );
};

const addDelete = (entry: Command): void => {
  const command = entry.command("delete").description("delete an entry").argument("<uuid>");
  defineCommand(command, `concordat entry delete ${EXAMPLE_UUID}`, async ({ terminal, withDaemon }, _, uuid = "") => {
    await withDaemon((daemon) => daemon.json({ method: "DELETE", path: pathOf(uuid) }));
    if (terminal.json) await terminal.print(JSON.stringify({ deleted: uuid }));
    else terminal.say(`deleted ${uuid}`);
    return EXIT_CODE.ok;
  });
};

interface ListOptions {
  readonly filter?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

interface EntryPageJson {
  readonly entries: readonly EntryJson[];
  readonly next?: string;
}

const addList = (entry: Command): void => {
  const command = entry
    .command("list")
    .description("print entries in the order of their uuids, one a line")
    .option("--filter <filter>", `such as 'title sw "hel" and tags pr'`)
    .option("--limit <count>", "at most so many entries", "100")
    .option("--cursor <cursor>", "go on where the last list ended");
  const example = `concordat entry list --filter 'title eq "hello"' --limit 10`;
  defineCommand<ListOptions>(command, example, async ({ terminal, withDaemon }, { filter, limit, cursor }) => {
    const query = new URLSearchParams(Object.entries({ filter, limit, cursor }).flatMap(definedPair));
    const { entries, next } = await withDaemon((daemon) =>
      daemon.json<EntryPageJson>({ method: "GET", path: `/v1/entries?${query}` }),
    );
    for (const found of entries) await terminal.print(listLine(terminal, found));
    if (next !== undefined) terminal.say(`there are more: --cursor ${next}`);
    return EXIT_CODE.ok;
  });
};

const listLine = ({ json }: Terminal, entry: EntryJson): string =>
  json ? JSON.stringify(entry) : `${entry.uuid}  ${JSON.stringify(entry.attributes)}${unreadText(entry.unread)}`;

const showAnswer = async ({ terminal, withDaemon }: CommandContext, request: DaemonRequest): Promise<ExitCode> => {
  const entry = await withDaemon((daemon) => daemon.json<EntryJson>(request));
  await terminal.print(terminal.json ? JSON.stringify(entry) : JSON.stringify(entry, null, 2));
  return EXIT_CODE.ok;
};

const EXAMPLE_UUID = "3f2b8c1e-9d4a-4e6f-8a7b-5c0d1e2f3a4b";

const pathOf = (uuid: string): string => `/v1/entries/${encodeURIComponent(uuid)}`;

/** A uuid never begins like this; nothing at all reads stdin for a new entry. */
const isAttributes = (argument: string | undefined): boolean => argument === undefined || /^\s*[{[-]/.test(argument);

const definedPair = ([name, value]: [string, string | undefined]): [string, string][] =>
  value === undefined ? [] : [[name, value]];
