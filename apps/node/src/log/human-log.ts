import type { DestinationStream } from "pino";

const COLOURS: Readonly<Record<string, number>> = { warn: 33, error: 31, fatal: 31, debug: 2, trace: 2 };

/** Turns pino's lines into `12:00:01 info  message  key=value`. */
export const humanLogStream = (target: NodeJS.WritableStream, colour: boolean): DestinationStream => ({
  write: (line) => void target.write(`${humanLogLine(line, colour)}\n`),
});

/** One line of JSON from the logger as a line for people. */
export const humanLogLine = (line: string, colour: boolean): string => {
  const { time, level, msg, event: _event, err, ...fields } = JSON.parse(line);
  const paint = (code: number | undefined, text: string): string =>
    colour && code !== undefined ? `\u001b[${code}m${text}\u001b[0m` : text;
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${formatField(value)}`);
  const head = `${paint(2, String(time).slice(11, 19))} ${paint(COLOURS[level], String(level).padEnd(5))} ${msg}`;
  const tail = pairs.length === 0 ? "" : `  ${paint(2, pairs.join(" "))}`;
  return err?.stack === undefined ? head + tail : `${head}${tail}\n${err.stack}`;
};

const formatField = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
