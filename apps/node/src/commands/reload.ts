import type { Command } from "commander";
import { badConfiguration } from "../compose/config-file.js";
import type { ReloadOutcome } from "../compose/reload.js";
import { EXIT_CODE } from "../exit-code.js";
import { defineCommand } from "./command-context.js";

/** `concordat reload` */
export const addReload = (program: Command): void => {
  const command = program
    .command("reload")
    .description("have the daemon read its configuration again: partners, certificates, attributes and the log level");
  defineCommand(command, "concordat reload -c server.toml", async ({ terminal, file, withDaemon }) => {
    const outcome = await withDaemon((daemon) =>
      daemon.json<ReloadOutcome>({ method: "POST", path: "/v1/admin/reload" }),
    );
    if (outcome.kind === "invalid") throw badConfiguration(file, outcome.issues);
    if (terminal.json) await terminal.print(JSON.stringify(outcome));
    else terminal.say(sentence(outcome));
    return EXIT_CODE.ok;
  });
};

const sentence = ({ changed, restartNeeded }: Extract<ReloadOutcome, { kind: "reloaded" }>): string => {
  const now = changed.length === 0 ? "reloaded: nothing changed" : `reloaded: ${changed.join(", ")} changed`;
  return restartNeeded.length === 0 ? now : `${now}; restart the daemon for ${restartNeeded.join(", ")}`;
};
