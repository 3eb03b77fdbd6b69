import { parseOrigin } from "@concordat/config";
import type { Command } from "commander";
import type { PauseAnswer, PauseRequest } from "../admin/pause-response.js";
import { CommandError } from "../command-error.js";
import { EXIT_CODE } from "../exit-code.js";
import { defineCommand } from "./command-context.js";

interface PauseOptions {
  readonly all?: boolean;
}

/** `concordat pause` */
export const addPause = (program: Command): void =>
  addSwitch(
    program,
    "pause",
    "pull nothing from a partner, and supply nothing to it, until resume; survives a restart",
  );

/** `concordat resume` */
export const addResume = (program: Command): void =>
  addSwitch(program, "resume", "go on with a partner that was paused");

const addSwitch = (program: Command, name: "pause" | "resume", description: string): void => {
  const command = program
    .command(name)
    .description(description)
    .argument("[origin]", "the partner, repl://host:port")
    .option("--all", "every partner");
  const example = `concordat ${name} repl://b.example:8444\nconcordat ${name} --all`;
  defineCommand<PauseOptions>(command, example, async ({ terminal, withDaemon }, { all = false }, origin) => {
    const body = requestOf(name, origin, all);
    const answer = await withDaemon((daemon) =>
      daemon.json<PauseAnswer>({ method: "POST", path: `/v1/admin/${name}`, body }),
    );
    if (terminal.json) await terminal.print(JSON.stringify(answer));
    else for (const line of sentences(answer)) terminal.say(line);
    return EXIT_CODE.ok;
  });
};

const requestOf = (name: string, origin: string | undefined, all: boolean): PauseRequest => {
  if ((origin !== undefined) === all) throw usage(`name one partner, or --all: concordat ${name} repl://host:port`);
  if (origin === undefined) return { all: true };
  const parsed = parseOrigin(origin);
  if (!parsed.ok) throw usage(`${origin} is not an origin: ${parsed.reason}`);
  return { origin: parsed.origin.text };
};

const usage = (message: string): CommandError =>
  new CommandError(message, { exitCode: EXIT_CODE.usage, code: "usage" });

const sentences = ({ partners }: PauseAnswer): string[] =>
  partners.length === 0
    ? ["this node has no partners"]
    : partners.map(({ origin, paused }) => (paused ? `${origin} is paused` : `goes on with ${origin}`));
