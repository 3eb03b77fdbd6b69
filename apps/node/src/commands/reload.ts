import type { Command } from "commander";
import { badConfiguration } from "../compose/config-file.js";
import type { ConfigDifference, ReloadOutcome } from "../compose/reload.js";
import { EXIT_CODE } from "../exit-code.js";
import { changeLines } from "./change-lines.js";
import { defineCommand } from "./command-context.js";

interface ReloadCommandOptions {
  readonly dryRun?: boolean;
}

/** `concordat reload` */
export const addReload = (program: Command): void => {
  const command = program
    .command("reload")
    .description(
      "have the daemon read its configuration again: partners, certificates, attributes, intervals, ages and the log level",
    )
    .option("--dry-run", "only print what would change");
  const example = "concordat reload --dry-run\nconcordat reload";
  defineCommand<ReloadCommandOptions>(command, example, async ({ terminal, file, withDaemon }, { dryRun = false }) => {
    const outcome = await withDaemon((daemon) =>
      daemon.json<ReloadOutcome>({ method: "POST", path: `/v1/admin/reload?dry-run=${dryRun}` }),
    );
    if (outcome.kind === "invalid") throw badConfiguration(file, outcome.issues);
    if (terminal.json) await terminal.print(JSON.stringify(outcome));
    else if (dryRun) for (const line of dryRunLines(outcome)) await terminal.print(line);
    else terminal.say(sentence(outcome));
    return EXIT_CODE.ok;
  });
};

const dryRunLines = ({ changes }: ConfigDifference): string[] =>
  changes.length === 0 ? ["nothing would change"] : changeLines(changes);

const sentence = ({ changed, restartNeeded }: ConfigDifference): string => {
  const now = changed.length === 0 ? "reloaded: nothing changed" : `reloaded: ${changed.join(", ")} changed`;
  return restartNeeded.length === 0 ? now : `${now}; restart the daemon for ${restartNeeded.join(", ")}`;
};
