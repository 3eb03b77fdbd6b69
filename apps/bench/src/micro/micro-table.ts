/** What one micro-benchmark came to. */
export interface MicroFigure {
  readonly name: string;
  readonly what: string;
  readonly nanoseconds: number;
}

/** As a table in Markdown, in their order. */
export const microTableOf = (figures: readonly MicroFigure[]): string => {
  const rows = figures.map(({ name, what, nanoseconds }) => [
    name,
    what,
    nanoseconds.toLocaleString("en-US", { maximumFractionDigits: nanoseconds < 100 ? 1 : 0 }),
    (1e9 / nanoseconds).toLocaleString("en-US", { maximumFractionDigits: 0 }),
  ]);
  const head = ["function", "of", "ns a call", "calls/s"];
  return [head, ["---", "---", "---:", "---:"], ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
};
