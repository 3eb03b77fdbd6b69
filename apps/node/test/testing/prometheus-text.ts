/** A metric family of Prometheus' text format, 0.0.4. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;
const SUFFIXES = {
  counter: [""],
  gauge: [""],
  histogram: ["_bucket", "_sum", "_count"],
  summary: ["", "_sum", "_count"],
};

/** Reads the format strictly: HELP, TYPE, then the samples of that family alone; none twice. Throws with the line that is wrong. */
export const parsePrometheusText = (text: string): Map<string, MetricFamily> => {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families = new Map<string, MetricFamily & { samples: MetricSample[] }>();
  const seen = new Set<string>();
  let help: RegExpExecArray | undefined;
  let current: (MetricFamily & { samples: MetricSample[] }) | undefined;
  for (const line of text.split("\n").filter((one) => one !== "")) {
    const wrong = (what: string): Error => new Error(`${what}: ${line}`);
    if (line.startsWith("# HELP ")) {
      help = HELP.exec(line) ?? undefined;
      if (help === undefined) throw wrong("no help");
      continue;
    }
    if (line.startsWith("# TYPE ")) {
      const [, name = "", type] = TYPE.exec(line) ?? [];
      if (help?.[1] !== name) throw wrong("a type without its help");
      if (families.has(name)) throw wrong("a family twice");
      current = { name, help: help[2] ?? "", type: type as MetricFamily["type"], samples: [] };
      families.set(name, current);
      continue;
    }
    const [, name = "", labels = "", value = ""] = SAMPLE.exec(line) ?? [];
    if (current === undefined) throw wrong("a sample before its family");
    const { name: family, type } = current;
    if (!SUFFIXES[type].some((suffix) => name === family + suffix)) throw wrong(`no sample of ${family}`);
    if (seen.has(`${name}{${labels}}`)) throw wrong("a sample twice");
    seen.add(`${name}{${labels}}`);
    current.samples.push({ name, labels: parseLabels(labels, wrong), value: parseValue(value, wrong) });
  }
  return families;
};

const parseLabels = (text: string, wrong: (what: string) => Error): Record<string, string> => {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const match = LABEL.exec(text);
    if (match === null) throw wrong("labels");
    const [, name = "", value = ""] = match;
    if (name in labels) throw wrong("a label twice");
    labels[name] = value.replace(/\\(.)/g, (_, escaped) => (escaped === "n" ? "\n" : escaped));
  }
  return labels;
};

const parseValue = (text: string, wrong: (what: string) => Error): number => {
  const value =
    { "+Inf": Number.POSITIVE_INFINITY, "-Inf": Number.NEGATIVE_INFINITY, Nan: Number.NaN }[text] ?? Number(text);
  if (text === "" || Number.isNaN(value)) throw wrong("no number");
  return value;
};
