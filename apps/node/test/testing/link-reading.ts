import type { LinkState } from "@concordat/replica";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { NodePartnerJson, NodeStatus } from "../../src/admin/node-status.js";
import { isWell } from "../../src/http/verdict.js";
import { eventually } from "./eventually.js";
import { fetchOnce } from "./http.js";
import type { TestNode } from "./node.js";
import { shownPartners } from "./page.js";
import { type MetricFamily, parsePrometheusText } from "./prometheus-text.js";

/** What is to be read of a link. */
export interface ExpectedLink {
  readonly state: LinkState;
  /** The node is not ready because of it. */
  readonly blocks?: true;
  /** What its message says, and what its remedy. */
  readonly says?: readonly (string | RegExp)[];
  readonly mends?: string | RegExp;
}

/** By origin. */
export type ExpectedLinks = Readonly<Record<string, ExpectedLink>>;

export const readMetrics = async ({ socketPath }: TestNode): Promise<Map<string, MetricFamily>> =>
  parsePrometheusText((await fetchOnce({ socketPath, path: "/metrics" })).body);

export const readReadiness = async ({
  socketPath,
}: TestNode): Promise<{ status: number; reasons: readonly string[] }> => {
  const { status, body } = await fetchOnce({ socketPath, path: "/readyz" });
  return { status, reasons: JSON.parse(body).reasons ?? [] };
};

/** The value of each partner's sample of a family, by origin. */
export const ofPartners = (metrics: Map<string, MetricFamily>, name: string): Record<string, number> =>
  Object.fromEntries((metrics.get(name)?.samples ?? []).map(({ labels, value }) => [labels.partner, value]));

const statesInMetrics = (metrics: Map<string, MetricFamily>): Record<string, string | undefined> =>
  Object.fromEntries(
    (metrics.get("concordat_partner_state")?.samples ?? []).map(({ labels, value }) => {
      expect(value).toBe(1);
      return [labels.partner, labels.state];
    }),
  );

/** Waits until all links are in their states, and reads them off `status --json`, `/readyz`, `/metrics`, the page and the log. */
export const expectLinks = async (
  node: TestNode,
  page: Page | undefined,
  expected: ExpectedLinks,
): Promise<NodeStatus> => {
  const states = mapValues(expected, ({ state }) => state);
  const metrics = await eventually(
    () => readMetrics(node),
    (latest) => Object.entries(states).every(([origin, state]) => statesInMetrics(latest)[origin] === state),
  );
  expect(statesInMetrics(metrics)).toEqual(states);
  expect(ofPartners(metrics, "concordat_partner_healthy")).toEqual(mapValues(states, (state) => Number(isWell(state))));

  const status: NodeStatus = JSON.parse((await node.run("status", "--json")).stdout);
  const partners = Object.fromEntries(status.partners.map((partner) => [partner.origin, partner]));
  expect(mapValues(partners, ({ state }) => state)).toEqual(states);
  for (const [origin, link] of Object.entries(expected)) await expectWords(node, partners[origin], link);

  await expectReadiness(node, expected, partners);
  if (page !== undefined) await expectPage(page, states);
  return status;
};

/** The log says the same as the status, once. */
const expectWords = async (node: TestNode, partner: NodePartnerJson | undefined, link: ExpectedLink): Promise<void> => {
  const { state, says = [], mends = "" } = link;
  const { origin, message, remedy } = partner as NodePartnerJson;
  for (const words of says) expect(message).toMatch(words);
  expect(remedy ?? "").toMatch(mends);
  if (isWell(state) || state === "paused") return;
  const told = node.daemon.log().filter((line) => line.origin === origin && line.state === state);
  expect(told.find(({ msg }) => msg === message)).toMatchObject({
    level: "warn",
    ...(remedy !== undefined && { remedy }),
  });
};

const expectReadiness = async (
  node: TestNode,
  expected: ExpectedLinks,
  partners: Readonly<Record<string, NodePartnerJson>>,
): Promise<void> => {
  const reasons = Object.entries(expected)
    .filter(([, { blocks }]) => blocks)
    .map(([origin, { state }]) => `${origin} is ${state}: ${partners[origin]?.message}: ${partners[origin]?.remedy}`);
  expect(await readReadiness(node)).toEqual({ status: reasons.length === 0 ? 200 : 503, reasons });
};

const expectPage = async (page: Page, states: Readonly<Record<string, LinkState>>): Promise<void> => {
  const shown = await eventually(
    () => shownPartners(page),
    (latest) => Object.entries(states).every(([origin, state]) => latest[origin]?.state === wordsOf(state)),
  );
  expect(mapValues(shown, ({ state }) => state)).toEqual(mapValues(states, wordsOf));
  for (const [origin, { tone }] of Object.entries(shown))
    expect([origin, tone === "trouble"]).toEqual([origin, !isWell(states[origin] as LinkState)]);
};

const wordsOf = (state: string): string => state.replaceAll("-", " ");

const mapValues = <From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
