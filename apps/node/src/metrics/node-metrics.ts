import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { NodeStatus } from "../admin/node-status.js";
import type { ObserveRequest } from "./request-timing.js";
import { STATUS_METRICS, type StatusMetric } from "./status-metrics.js";
import type { ObserveCommit } from "./timed-storage.js";

/** What is counted as it happens, and what is read when somebody asks. */
export interface NodeMetrics {
  readonly observeCommit: ObserveCommit;
  readonly observeRequest: ObserveRequest;
  readonly observeRefusal: (code: string) => void;
  /** From here on a scrape tells of the node as well. */
  serve(sources: MetricSources): void;
  /** In the text format of Prometheus, version 0.0.4. */
  text(): Promise<string>;
}

export interface MetricSources {
  readonly status: () => NodeStatus;
  /** Clients are sent here. */
  readonly isReady: () => boolean;
  /** How many conflicts wait to be settled. */
  readonly countConflicts: () => Promise<number>;
}

export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** A commit waits for the disk: from what a fast one needs to what a user would notice. */
const COMMIT_BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const REQUEST_BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export const createNodeMetrics = (): NodeMetrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const commits = new Histogram({
    name: "concordat_commit_duration_seconds",
    help: "Commits of the store, local and from partners, until they were durable.",
    buckets: COMMIT_BUCKETS_SECONDS,
    registers,
  });
  const failedCommits = new Counter({
    name: "concordat_commit_failures_total",
    help: "Commits that the store refused: nothing of them was applied.",
    registers,
  });
  const requests = new Histogram({
    name: "concordat_http_request_duration_seconds",
    help: "Requests to the data API, until the answer began.",
    labelNames: ["method", "route", "status"] as const,
    buckets: REQUEST_BUCKETS_SECONDS,
    registers,
  });
  const refusals = new Counter({
    name: "concordat_refused_connections_total",
    help: "Connections to the replication port that were no partner's.",
    labelNames: ["code"] as const,
    registers,
  });
  return {
    observeCommit: (seconds, error) => {
      if (error === undefined) commits.observe(seconds);
      else failedCommits.inc();
    },
    observeRequest: ({ seconds, ...labels }) => requests.observe(labels, seconds),
    observeRefusal: (code) => refusals.inc({ code }),
    serve: (sources) => registerSources(registry, sources),
    text: () => registry.metrics(),
  };
};

const registerSources = (registry: Registry, { status, isReady, countConflicts }: MetricSources): void => {
  const registers = [registry];
  for (const metric of STATUS_METRICS) registerStatusMetric(registry, metric, status);
  new Gauge({
    name: "concordat_ready",
    help: "1 when /readyz sends clients here.",
    registers,
    collect() {
      this.set(Number(isReady()));
    },
  });
  new Gauge({
    name: "concordat_conflicts",
    help: "Conflicts that nobody has settled; counted up to 1,000, and at most every 30 seconds.",
    registers,
    async collect() {
      this.set(await countConflicts());
    },
  });
};

const registerStatusMetric = (
  registry: Registry,
  { name, help, kind, labels, read }: StatusMetric,
  status: () => NodeStatus,
): void => {
  const options = { name, help, labelNames: labels, registers: [registry] };
  if (kind === "gauge") {
    new Gauge({
      ...options,
      collect() {
        this.reset();
        for (const { labels, value } of read(status())) this.set(labels ?? {}, value);
      },
    });
    return;
  }
  new Counter({
    ...options,
    collect() {
      this.reset();
      for (const { labels, value } of read(status())) this.inc(labels ?? {}, value);
    },
  });
};
