/** The environment of a daemon whose machine's clock is `seconds` ahead of what it should be. */
export const clockAhead = (seconds: number): Readonly<Record<string, string>> => {
  const shift = `const now = Date.now; Date.now = () => now() + ${seconds * 1_000};`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(shift)}` };
};
