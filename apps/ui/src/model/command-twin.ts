/** The command line that does what a button does. `suffix` names the node's file where that has to be said. */
export type CommandTwin = (suffix: string) => string;

const command =
  (...words: readonly string[]): CommandTwin =>
  (suffix) =>
    `concordat ${words.join(" ")}${suffix}`;

export const TWINS = {
  reload: command("reload"),
  conflicts: command("conflicts", "list"),
  renew: command("renew-replication-certificate"),
  pause: (origin: string): CommandTwin => command("pause", origin),
  resume: (origin: string): CommandTwin => command("resume", origin),
  refresh: (origin: string, discard: boolean): CommandTwin =>
    command("refresh-replication-consumer", "--from", origin, ...(discard ? ["--discard-local-changes"] : [])),
  settle: (id: string, ...flags: readonly string[]): CommandTwin =>
    command("conflicts", "resolve", shellWord(id), ...flags),
} as const;

/** Attribute names are users' words, and part of a conflict's id. */
const shellWord = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
