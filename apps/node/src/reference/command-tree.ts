import type { Command, Option } from "commander";

/** A command as its documents need it; the root is the program itself. */
export interface CommandNode {
  /** Without the program's name: `["token", "create"]`. */
  readonly path: readonly string[];
  readonly description: string;
  /** `[options] <name>`. */
  readonly usage: string;
  readonly arguments: readonly { readonly term: string; readonly description: string }[];
  readonly options: readonly OptionNode[];
  /** What its help shows below "Example:", a command a line. */
  readonly examples: readonly string[];
  readonly subcommands: readonly CommandNode[];
}

export interface OptionNode {
  /** `-c, --config <file>`. */
  readonly flags: string;
  /** `["-c", "--config"]`. */
  readonly names: readonly string[];
  readonly takesValue: boolean;
  readonly choices: readonly string[];
  readonly description: string;
}

/** The program as data, so that what is written of it cannot go stale. */
export const commandTree = (command: Command, path: readonly string[] = []): CommandNode => ({
  path,
  description: command.description(),
  usage: command.usage(),
  arguments: command.registeredArguments.map((argument) => ({
    term: argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
    description: argument.description,
  })),
  options: [...command.options.filter(({ hidden }) => !hidden).map(optionNode), HELP],
  examples: examplesOf(command),
  subcommands: command.commands.map((sub) => commandTree(sub, [...path, sub.name()])),
});

/** A command and all below it, each before its own. */
export const allCommands = (node: CommandNode): CommandNode[] => [node, ...node.subcommands.flatMap(allCommands)];

const HELP: OptionNode = {
  flags: "-h, --help",
  names: ["-h", "--help"],
  takesValue: false,
  choices: [],
  description: "show the help",
};

const optionNode = (option: Option): OptionNode => ({
  flags: option.flags,
  names: [option.short, option.long].filter((name) => name !== undefined && name !== null),
  takesValue: option.required || option.optional,
  choices: option.argChoices ?? [],
  description: option.description,
});

/** The help is made when it is shown: so it is shown, to us. */
const examplesOf = (command: Command): string[] => {
  let help = "";
  const { writeOut } = command.configureOutput();
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  if (writeOut !== undefined) command.configureOutput({ writeOut });
  const block = /\nExample:\n((?: {2}.*\n?)+)/.exec(help)?.[1] ?? "";
  return block.split("\n").flatMap((line) => (line.startsWith("  ") ? [line.slice(2)] : []));
};
