import { once } from "node:events";

/** Where a command writes: data to stdout, everything else to stderr. */
export interface Terminal {
  /** `--json`: data as JSON, errors as one line of JSON on stderr. */
  readonly json: boolean;
  /** Whether somebody can be asked: both ends are terminals. */
  readonly interactive: boolean;
  /** Whether progress can be drawn in place. */
  readonly drawsProgress: boolean;
  /** Characters that fit into a line of progress. */
  readonly columns: number;
  readonly style: Style;
  /** One line of data. Resolves when there is room for more. */
  print(line: string): Promise<void>;
  /** Bytes of data, as they are. */
  write(bytes: Uint8Array): Promise<void>;
  /** One line for people. */
  say(line: string): void;
  /** Text for people without a newline: prompts and progress. */
  draw(text: string): void;
}

/** Marks text for the stream that it goes to; plain when it is no terminal, or `NO_COLOR` is set. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

const COLUMNS_DEFAULT = 80;

export const createTerminal = (json: boolean): Terminal => {
  const { stdout, stderr, stdin, env } = process;
  return {
    json,
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    columns: stderr.columns || COLUMNS_DEFAULT,
    drawsProgress: stderr.isTTY === true && env.TERM !== "dumb",
    style: stdout.isTTY === true && allowsColour(env) ? COLOURED : PLAIN,
    print: (line) => send(`${line}\n`),
    write: send,
    say: (line) => void stderr.write(`${line}\n`),
    draw: (text) => void stderr.write(text),
  };
};

/** https://no-color.org: any value but the empty one. */
export const allowsColour = (environment: NodeJS.ProcessEnv): boolean =>
  (environment.NO_COLOR ?? "") === "" && environment.TERM !== "dumb";

const send = async (data: string | Uint8Array): Promise<void> => {
  if (!process.stdout.write(data)) await once(process.stdout, "drain");
};

const sgr = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;

const COLOURED: Style = { bold: sgr(1), dim: sgr(2), good: sgr(32), bad: sgr(31) };

const plain = (text: string): string => text;

const PLAIN: Style = { bold: plain, dim: plain, good: plain, bad: plain };
