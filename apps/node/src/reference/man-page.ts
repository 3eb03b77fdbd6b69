import { EXIT_CODE_HELP } from "../exit-code.js";
import { allCommands, type CommandNode } from "./command-tree.js";

/** `concordat.1`, in the man macros. It has no date, so that it is the same whenever it is made. */
export const manPage = (program: CommandNode, version: string): string =>
  `${[
    `.TH CONCORDAT 1 "" "concordat ${roff(version)}" "Concordat"`,
    ".SH NAME",
    "concordat \\- a node of a Concordat topology",
    ".SH SYNOPSIS",
    ".B concordat",
    "\\fIcommand\\fR [\\fIoptions\\fR]",
    ".SH DESCRIPTION",
    roff(program.description),
    "Data goes to standard output, messages and progress to standard error. Nothing is asked without a terminal.",
    ".SH COMMANDS",
    ...allCommands(program).filter(isRunnable).flatMap(commandSection),
    ".SH EXIT STATUS",
    ".nf",
    ...EXIT_CODE_HELP.split("\n").slice(1).map(roff),
    ".fi",
    ".SH ENVIRONMENT",
    ".TP",
    ".B CONCORDAT_CONFIG",
    "The configuration, where \\-\\-config does not name one.",
    ".TP",
    ".BI CONCORDAT_ KEY",
    "Overrides a top\\-level key of the configuration: CONCORDAT_LOG_LEVEL for log_level.",
    ".TP",
    ".B NO_COLOR",
    "Without colours, when it is set and not empty.",
    ".TP",
    ".B NOTIFY_SOCKET",
    "Set by systemd for services that tell when they are ready.",
    ".SH FILES",
    ".TP",
    ".I server.toml",
    "The configuration; concordat init writes one with comments.",
    ".SH SEE ALSO",
    "docs/README.md of the source, which is the table of contents of the book.",
  ].join("\n")}\n`;

const isRunnable = ({ path, subcommands }: CommandNode): boolean => path.length > 0 && subcommands.length === 0;

const commandSection = (node: CommandNode): string[] => [
  `.SS ${roff(`concordat ${node.path.join(" ")}`)}${node.arguments.map(({ term }) => ` ${roff(term)}`).join("")}`,
  `${roff(capitalised(node.description))}.`,
  ...node.arguments
    .filter(({ description }) => description !== "")
    .flatMap(({ term, description }) => [".TP", `\\fI${roff(term)}\\fR`, roff(description)]),
  ...node.options.flatMap(({ flags, description }) => [".TP", `\\fB${roff(flags)}\\fR`, roff(description)]),
  ...(node.examples.length === 0
    ? []
    : [".PP", "Example:", ".PP", ".RS", ".nf", ...node.examples.map(roff), ".fi", ".RE"]),
];

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Text as roff takes it: no escapes, no requests, hyphens that can be copied. */
const roff = (text: string): string =>
  text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("…", "...")
    .replace(/^([.'])/, "\\&$1");
