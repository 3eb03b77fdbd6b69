import { resolve } from "node:path";
import type { Command } from "commander";
import { CommandError } from "../command-error.js";
import { EXIT_CODE, type ExitCode } from "../exit-code.js";
import type { Terminal } from "../terminal/terminal.js";
import { defineCommand } from "./command-context.js";

interface UiCommandOptions {
  readonly port: string;
  readonly open: boolean;
}

/** `concordat ui` */
export const addUi = (program: Command): void => {
  const command = program
    .command("ui")
    .description("serve the node's page to one browser of this machine, through a link that works once; until Ctrl-C")
    .option("--port <number>", "listen on this port of 127.0.0.1 instead of a free one", "0")
    .option("--no-open", "print the link, and open no browser");
  defineCommand<UiCommandOptions>(command, "concordat ui --port 8446 --no-open", (context, options) => {
    const port = portOf(options.port);
    return context.withDaemon(async (daemon) => {
      // Not running, or not ours: better said here than on a page.
      await daemon.json({ method: "GET", path: "/livez" });
      const { serveUi } = await import("../ui/serve-ui.js");
      const { terminal, file } = context;
      const ui = await serveUi({
        port,
        daemon,
        commandSuffix: commandSuffixOf(file),
        onEntry: (entry) => terminal.say(ENTRIES[entry]),
      });
      const ended = interrupted();
      await tellLink(terminal, ui.url);
      const opened = options.open && terminal.interactive ? await ui.openBrowser() : undefined;
      await ended;
      await opened?.remove();
      await ui.close();
      return EXIT_CODE.ok as ExitCode;
    });
  });
};

const tellLink = async (terminal: Terminal, url: string): Promise<void> => {
  await terminal.print(terminal.json ? JSON.stringify({ url }) : url);
  if (terminal.json) return;
  terminal.say("The link opens the page once, within ten minutes, in a browser of this machine. Ctrl-C ends it.");
};

const ENTRIES = {
  entered: "a browser has opened the link",
  refused: "refused: a link that was used before, is too old, or is not this one; if that was not you, press Ctrl-C",
} as const;

const portOf = (text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new CommandError("--port takes a number from 0 to 65535", { exitCode: EXIT_CODE.usage, code: "usage" });
};

/** The commands on the page name the file as well, unless it is the one that they take by themselves. */
const commandSuffixOf = (file: string): string => {
  if (file === "server.toml") return "";
  const path = resolve(file);
  return ` -c ${/^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`}`;
};

const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
