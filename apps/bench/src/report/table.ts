import { type Measurement, ratioOf, reachesGoal } from "./measurement.js";

/** The figures as a table in Markdown, in their order. */
export const tableOf = (measurements: readonly Measurement[]): string => {
  const rows = measurements.map((one) => [
    one.workload,
    one.subject,
    one.what,
    `${formatted(one)}${(one.lacks ?? []).map((lack) => `, ${lack}`).join("")}`,
    limitText(one),
    goalText(one),
  ]);
  const head = ["", "subject", "what", "figure", "of the limit", "goal"];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
};

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
