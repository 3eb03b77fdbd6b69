import { Argument, type Command } from "commander";
import { commandTree } from "../reference/command-tree.js";
import { completionScript, SHELLS, type Shell } from "../reference/shell-completion.js";

/** `concordat completion bash|zsh|fish`: made from the program as it runs, so it knows every command. */
export const addCompletion = (program: Command): void => {
  program
    .command("completion")
    .description("print a script that has a shell complete commands, options and files")
    .addArgument(new Argument("<shell>", SHELLS.join(", ")).choices(SHELLS))
    .addHelpText("after", "\nExample:\n  concordat completion bash > /etc/bash_completion.d/concordat")
    .action((shell: Shell) => {
      process.stdout.write(completionScript(shell, commandTree(program)));
    });
};
