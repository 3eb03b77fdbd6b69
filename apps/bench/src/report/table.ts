import { type Measurement, ratioOf, reachesGoal } from "./measurement.js";

const COLUMNS = ["", "subject", "what", "figure", "of the limit", "goal"];

/** The first lines of a table of figures, in Markdown. */
export const tableHead = (): string => [COLUMNS, COLUMNS.map(() => "---")].map(lineOf).join("\n");

/** The line of one figure. */
export const tableRow = (one: Measurement): string =>
  lineOf([
    one.workload,
    one.subject,
    one.what,
    `${formatted(one)}${(one.lacks ?? []).map((lack) => `, ${lack}`).join("")}`,
    limitText(one),
    goalText(one),
  ]);

/** The figures as a table, in their order. */
export const tableOf = (measurements: readonly Measurement[]): string =>
  [tableHead(), ...measurements.map(tableRow)].join("\n");

const lineOf = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const formatted = ({ value, unit }: Pick<Measurement, "value" | "unit">): string => {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  const number = value.toLocaleString("en-US", { maximumFractionDigits: digits });
  return unit === "/s" ? `${number}/s` : `${number} ${unit}`;
};

const limitText = (one: Measurement): string => {
  const ratio = ratioOf(one);
  if (ratio === undefined || one.limit === undefined) return "";
  return `${ratio.toFixed(2)} × ${one.limit.subject} (${formatted({ value: one.limit.value, unit: one.unit })})`;
};

const goalText = (one: Measurement): string => {
  const { goal } = one;
  if (goal === undefined) return "";
  const isRatio = goal.kind.startsWith("ratio");
  const target = isRatio ? `${goal.kind.replace("ratio ", "")} ${goal.value} ×` : `${goal.kind} ${goalValue(one)}`;
  return `${target}: ${reachesGoal(one) ? "reached" : "missed"}`;
};

const goalValue = ({ goal, unit }: Measurement): string => formatted({ value: goal?.value ?? 0, unit });
