import { type RunningCommand, startCommand } from "./command.js";
import { eventually } from "./eventually.js";
import type { TestNode } from "./node.js";

/** A running `concordat ui`. */
export interface RunningUi {
  readonly command: RunningCommand;
  /** The link, which works once. */
  readonly url: string;
  readonly port: number;
  /** The page's path, with slashes at both ends. */
  readonly path: string;
  readonly token: string;
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export const startUi = async (node: TestNode, ...args: string[]): Promise<RunningUi> => {
  const command = startCommand(["ui", ...args], node.directory);
  const output = await Promise.race([
    eventually(
      () => command.output.stdout,
      (text) => text.includes("\n"),
    ),
    command.exited.then(({ exitCode, stderr }) => {
      throw new Error(`concordat ui exited with ${exitCode}: ${stderr}`);
    }),
  ]);
  const url = new URL(output.trim());
  return {
    command,
    url: url.href,
    port: Number(url.port),
    path: url.pathname,
    token: url.hash.slice(1),
    stop: async () => {
      command.interrupt();
      return (await command.exited).exitCode;
    },
  };
};
