import { describe, expect, it } from "vitest";
import { eventually } from "./testing/eventually.js";
import { fetchOnce } from "./testing/http.js";
import { converge, type TestNode } from "./testing/node.js";
import { createSyncedPair } from "./testing/nodes.js";
import { type MetricFamily, parsePrometheusText } from "./testing/prometheus-text.js";

const metricsOf = async ({ socketPath }: TestNode): Promise<Map<string, MetricFamily>> => {
  const { status, headers, body } = await fetchOnce({ socketPath, path: "/metrics" });
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  return parsePrometheusText(body);
};

const numberOf = (metrics: Map<string, MetricFamily>, name: string, labels: object = {}): number | undefined => {
  const family = metrics.get(name) ?? metrics.get(name.replace(/_(count|sum|bucket)$/, ""));
  expect(family, name).toBeDefined();
  return family?.samples.find(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )?.value;
};

describe("GET /metrics", () => {
  it("says in Prometheus' format what status says, and counts what happens", async () => {
    const [a, b] = await createSyncedPair();
    await a.put({ title: "one" });
    await a.put({ title: "two" });
    await converge(a, b);
    await eventually(
      () => b.status(),
      ({ partners: [partner] }) => partner?.state === "in-sync" && partner.lag?.secondsMax === 0,
    );
    await fetchOnce({ socketPath: b.socketPath, path: "/v1/entries/11111111-1111-4111-8111-111111111111" });
    await fetchOnce({ socketPath: b.socketPath, path: "/v1/no/such/place" });

    const [metrics, status] = [await metricsOf(b), await b.status()];
    const of = { partner: a.origin };
    const [partner] = status.partners;
    expect(numberOf(metrics, "concordat_entries")).toBe(2);
    expect(numberOf(metrics, "concordat_tombstones")).toBe(0);
    expect(numberOf(metrics, "concordat_conflicts")).toBe(0);
    expect(numberOf(metrics, "concordat_ruv_rows")).toBe(Object.keys(status.ruv).length);
    expect(numberOf(metrics, "concordat_ready")).toBe(1);
    expect(numberOf(metrics, "concordat_healthy")).toBe(1);
    expect(metrics.get("concordat_partner_state")?.samples).toEqual([
      { name: "concordat_partner_state", labels: { ...of, state: "in-sync" }, value: 1 },
    ]);
    expect(numberOf(metrics, "concordat_partner_lag_seconds", of)).toBe(0);
    expect(numberOf(metrics, "concordat_partner_lag_max_seconds", of)).toBe(0);
    expect(numberOf(metrics, "concordat_partner_behind_changes", of)).toBe(0);
    expect(numberOf(metrics, "concordat_partner_pulls_total", of)).toBe(partner?.pulls);
    expect(numberOf(metrics, "concordat_partner_entries_applied_total", of)).toBe(2);
    expect(numberOf(metrics, "concordat_partner_received_bytes_total", of)).toBeGreaterThan(100);
    expect(numberOf(metrics, "concordat_partner_last_pull_timestamp_seconds", of)).toBe(
      Date.parse(partner?.lastPullAt ?? "") / 1_000,
    );
    expect(numberOf(metrics, "concordat_certificate_expiry_timestamp_seconds")).toBe(
      Date.parse(status.certificate?.notAfter ?? "") / 1_000,
    );
    expect(numberOf(metrics, "concordat_partner_certificate_expiry_timestamp_seconds", of)).toBe(
      Date.parse(partner?.certificates[0]?.notAfter ?? "") / 1_000,
    );
    expect(numberOf(metrics, "concordat_commit_duration_seconds_count")).toBeGreaterThanOrEqual(2);
    expect(
      numberOf(metrics, "concordat_http_request_duration_seconds_count", { route: "/v1/entries/:uuid", status: "404" }),
    ).toBe(1);
    expect(numberOf(metrics, "concordat_http_request_duration_seconds_count", { route: "/*", status: "404" })).toBe(1);
    expect(numberOf(metrics, "process_resident_memory_bytes")).toBeGreaterThan(1_000_000);

    await a.stop();
    await b.linkIs(a, "unreachable");
    const later = await metricsOf(b);
    expect(metrics.get("concordat_partner_state")?.samples).toHaveLength(1);
    expect(numberOf(later, "concordat_partner_state", { ...of, state: "unreachable" })).toBe(1);
    expect(numberOf(later, "concordat_partner_failures_total", of)).toBeGreaterThan(0);
    expect(numberOf(later, "concordat_partner_healthy", of)).toBe(0);
    expect(numberOf(later, "concordat_healthy")).toBe(0);
    expectConventions(later);
  });
});

/** https://prometheus.io/docs/practices/naming: a prefix, base units, `_total` for what only rises, help for all, few labels. */
const expectConventions = (metrics: Map<string, MetricFamily>): void => {
  for (const { name, type, help, samples } of metrics.values()) {
    if (!name.startsWith("concordat_")) continue;
    expect(help, name).toMatch(/^[A-Z1].{10,}\.$/);
    expect(name.endsWith("_total"), name).toBe(type === "counter");
    expect(name, name).not.toMatch(/_(ms|milliseconds|micros|minutes|kb|mb)(_|$)/);
    expect(samples.length, name).toBeLessThan(200);
    for (const { labels } of samples)
      for (const label of Object.keys(labels))
        expect(["partner", "state", "version", "code", "method", "route", "status", "le"]).toContain(label);
  }
};
