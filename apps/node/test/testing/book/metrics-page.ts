import { createNodeMetrics } from "../../../src/metrics/node-metrics.js";

/** The node's own metrics by name, with what they mean and their kind; those of the process itself apart. */
export const metricsOf = async (): Promise<{ name: string; help: string; kind: string }[]> => {
  const metrics = createNodeMetrics();
  metrics.serve({ status: () => NO_STATUS, isReady: () => true, countConflicts: async () => 0 });
  const text = await metrics.text();
  return [...text.matchAll(/^# HELP (concordat_\w+) (.*)\n# TYPE \w+ (\w+)$/gm)].map(
    ([, name = "", help = "", kind = ""]) => ({ name, help, kind }),
  );
};

/** Names and help texts do not depend on it. */
const NO_STATUS = {
  partners: [],
  refusedConnections: [],
  ruv: {},
  totals: { liveEntries: 0, tombstones: 0, recordBytes: 0 },
  startedAt: "1970-01-01T00:00:00Z",
} as unknown as Parameters<ReturnType<typeof createNodeMetrics>["serve"]>[0]["status"] extends () => infer S
  ? S
  : never;

/** `docs/metrics.md` */
export const metricsPage = async (): Promise<string> =>
  `${[
    "# Metrics",
    "",
    "Made from the program itself by `pnpm generate`; a test fails while it is out of date. `GET /metrics` answers them in Prometheus'",
    "text format; [operations](operations.md) says which are worth an alert. Beside these there are those of the process (`process_*`,",
    "`nodejs_*`).",
    "",
    "| metric | kind | says |",
    "|---|---|---|",
    ...(await metricsOf()).map(({ name, kind, help }) => `| \`${name}\` | ${kind} | ${help} |`),
  ].join("\n")}\n`;
