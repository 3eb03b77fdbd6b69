import type { Command } from "commander";
import { CommandError } from "../command-error.js";
import { EXIT_CODE } from "../exit-code.js";
import type { ConflictJson, ConflictPageJson } from "../http/conflict-json.js";
import { formatTable } from "../terminal/table.js";
import { defineCommand } from "./command-context.js";
import { conflictLines } from "./conflict-lines.js";

/** `concordat conflicts list|show|resolve` */
export const addConflicts = (program: Command): void => {
  const conflicts = program
    .command("conflicts")
    .description("what lost a merge: both sides, and how to settle it")
    .addHelpText("after", `\nExample:\n  concordat conflicts list\n  concordat conflicts show ${EXAMPLE_ID}`);
  addList(conflicts);
  addShow(conflicts);
  addResolve(conflicts);
};

interface ListOptions {
  readonly limit: string;
  readonly after?: string;
}

const addList = (conflicts: Command): void => {
  const command = conflicts
    .command("list")
    .description("print what nobody has settled yet, one a line")
    .option("--limit <count>", "at most so many", "100")
    .option("--after <id>", "go on where the last list ended");
  defineCommand<ListOptions>(command, "concordat conflicts list", async ({ terminal, withDaemon }, options) => {
    const query = new URLSearchParams({ limit: options.limit, ...(options.after && { after: options.after }) });
    const page = await withDaemon((daemon) =>
      daemon.json<ConflictPageJson>({ method: "GET", path: `/v1/conflicts?${query}` }),
    );
    if (terminal.json) for (const conflict of page.conflicts) await terminal.print(JSON.stringify(conflict));
    else for (const line of listLines(page.conflicts)) await terminal.print(line);
    if (page.conflicts.length === 0) terminal.say("there are no conflicts");
    else if (!terminal.json) terminal.say("to see both sides: concordat conflicts show ID");
    if (page.next !== undefined) terminal.say(`there are more: --after ${page.next}`);
    return EXIT_CODE.ok;
  });
};

const listLines = (conflicts: readonly ConflictJson[]): string[] => {
  if (conflicts.length === 0) return [];
  const rows = conflicts.map(({ id, kind, losers }) => [kind, losers[0]?.writtenAt ?? "", id]);
  return formatTable([["KIND", "LOST AT", "ID"], ...rows]);
};

const addShow = (conflicts: Command): void => {
  const command = conflicts
    .command("show")
    .description("print both sides of a conflict, and the commands that settle it")
    .argument("<id>");
  defineCommand(command, `concordat conflicts show ${EXAMPLE_ID}`, async ({ terminal, withDaemon }, _, id = "") => {
    const conflict = await withDaemon((daemon) => daemon.json<ConflictJson>({ method: "GET", path: pathOf(id) }));
    const lines = terminal.json ? [JSON.stringify(conflict)] : conflictLines(conflict, terminal.style);
    for (const line of lines) await terminal.print(line);
    return EXIT_CODE.ok;
  });
};

interface ResolveOptions {
  readonly keep?: string;
  readonly restore?: boolean;
  readonly loser?: string;
}

const addResolve = (conflicts: Command): void => {
  const command = conflicts
    .command("resolve")
    .description("settle a conflict, here and on every node that hears of it")
    .argument("<id>")
    .option("--keep <side>", "winner or loser")
    .option("--restore", "keep the winner, and make the loser a new entry")
    .option("--loser <number>", "which of several losers, counted from 0");
  const example = `concordat conflicts resolve ${EXAMPLE_ID} --keep loser`;
  defineCommand<ResolveOptions>(command, example, async ({ terminal, withDaemon }, options, id = "") => {
    const body = resolutionOf(options);
    const answer = await withDaemon((daemon) =>
      daemon.json<{ readonly resolved: string; readonly uuid?: string }>({
        method: "POST",
        path: `${pathOf(id)}/resolve`,
        body,
      }),
    );
    if (terminal.json) await terminal.print(JSON.stringify(answer));
    else terminal.say(answer.uuid === undefined ? "settled: it stays deleted" : `settled: see entry ${answer.uuid}`);
    return EXIT_CODE.ok;
  });
};

const resolutionOf = ({ keep, restore, loser }: ResolveOptions): unknown => {
  const isSide = keep === "winner" || keep === "loser";
  if (restore === true ? keep !== undefined : !isSide) throw usage("say one of --keep winner, --keep loser, --restore");
  if (loser !== undefined && !/^\d{1,4}$/.test(loser)) throw usage("--loser takes a number, counted from 0");
  return { action: restore ? "restore" : `keep-${keep}`, ...(loser !== undefined && { loser: Number(loser) }) };
};

const usage = (message: string): CommandError =>
  new CommandError(message, { exitCode: EXIT_CODE.usage, code: "usage" });

const pathOf = (id: string): string => `/v1/conflicts/${encodeURIComponent(id)}`;

const EXAMPLE_ID = "overwrite.3f2b8c1e-9d4a-4e6f-8a7b-5c0d1e2f3a4b.title";
