const COLOURS = { bold: [1, 22], dim: [2, 22], green: [32, 39], yellow: [33, 39] } as const;

const isColourful = process.stdout.isTTY && process.env.NO_COLOR === undefined;

const paint = (colour: keyof typeof COLOURS, text: string): string => {
  const [on, off] = COLOURS[colour];
  return isColourful ? `\u001b[${on}m${text}\u001b[${off}m` : text;
};

let steps = 0;

/** What the demo says of itself: steps, the commands that an operator would type, and what was measured. */
export const story = {
  title: (text: string): void => say(paint("bold", text)),
  step: (text: string): void => {
    steps += 1;
    say(`\n${paint("bold", `${steps}. ${text}`)}`);
  },
  command: (text: string): void => say(paint("dim", `   $ ${text}`)),
  line: (text: string): void => say(`   ${text}`),
  good: (text: string): void => say(`   ${paint("green", "✔")} ${text}`),
  warning: (text: string): void => say(`   ${paint("yellow", "!")} ${text}`),
};

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export const seconds = (ms: number): string => (ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(1)} s`);

export const count = (number: number): string => Math.round(number).toLocaleString("en");

export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
