import { EXIT_CODE_HELP } from "../exit-code.js";
import { allCommands, type CommandNode } from "./command-tree.js";

/** `docs/commands.md`: every command with its options and an example. */
export const commandsPage = (program: CommandNode): string =>
  `${[
    "# Commands",
    "",
    "Made from the program itself by `pnpm generate`; a test fails while it is out of date.",
    "",
    "Every command takes `-c, --config FILE` (`server.toml`, or what `CONCORDAT_CONFIG` names) and `--json`, but for those that need no",
    "configuration. Data goes to stdout, messages and progress to stderr; nothing is asked without a terminal.",
    "",
    "```text",
    EXIT_CODE_HELP,
    "```",
    ...allCommands(program)
      .filter(({ path, subcommands }) => path.length > 0 && subcommands.length === 0)
      .flatMap(commandSection),
  ].join("\n")}\n`;

const commandSection = (node: CommandNode): string[] => [
  "",
  `## concordat ${[node.path.join(" "), ...node.arguments.map(({ term }) => term.replace("<", "\\<"))].join(" ")}`,
  "",
  `${node.description.charAt(0).toUpperCase()}${node.description.slice(1)}.`,
  ...paragraph([
    ...node.arguments
      .filter(({ description }) => description !== "")
      .map(({ term, description }) => `- \`${term}\`: ${description}`),
    ...node.options
      .filter(({ names }) => !COMMON.has(names.at(-1) ?? ""))
      .map(({ flags, description, choices }) => `- \`${flags}\`: ${description}${choicesOf(choices)}`),
  ]),
  ...paragraph(node.examples.length === 0 ? [] : ["```text", ...node.examples, "```"]),
];

const paragraph = (lines: readonly string[]): string[] => (lines.length === 0 ? [] : ["", ...lines]);

const COMMON: ReadonlySet<string> = new Set(["--config", "--json", "--help"]);

const choicesOf = (choices: readonly string[]): string => (choices.length === 0 ? "" : ` (${choices.join(", ")})`);
