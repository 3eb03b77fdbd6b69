import type { Uuid } from "@concordat/crdt";
import type { Replica } from "@concordat/replica";
import { openApi } from "../../src/http/testing/api-under-test.js";
import { type FuzzTarget, Violation } from "./fuzz-target.js";
import type { Random } from "./random.js";
import { damagedText } from "./text-damage.js";
import { BODIES, FILTER_WORDS, FILTERS, JSON_WORDS } from "./text-targets.js";

/** Requests are made of a body, and of what stands around it. */
interface Around {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** So few that requests meet each other's entries, live and deleted. */
const UUIDS = Array.from({ length: 16 }, (_, index) => `22222222-2222-4222-8222-2222222222${index + 10}` as Uuid);

/** The whole data API over a replica in memory: whatever is sent, the answer is the client's affair, never the node's own failure. */
export const openRequestTargets = async (): Promise<readonly FuzzTarget[]> => {
  const schema = { tags: { merge: "set" }, hits: { merge: "counter" }, settings: { merge: "map" } } as const;
  const { app, errors, replica } = await openApi({ attributes: schema });
  for (const uuid of UUIDS) await replica.create({ title: "hello" }, { uuid });

  const read = async (body: string, random: Random): Promise<boolean> => {
    const { method, path, headers } = aroundOf(random, replica);
    const hasBody = method !== "GET" && method !== "DELETE";
    const response = await app.request(path, { method, headers, ...(hasBody && { body }) });
    if (response.status < 400) {
      await response.body?.cancel();
      return true;
    }
    const problem = (await response.json()) as { type?: unknown; detail?: unknown };
    if (response.status >= 500 && response.status !== 504)
      throw new Violation(`${method} ${path} was answered ${response.status}: ${errors.join("; ")}`);
    if (typeof problem.type !== "string" || typeof problem.detail !== "string")
      throw new Violation("a problem without type or detail");
    return false;
  };
  const target: FuzzTarget = {
    name: "requests of the data API",
    share: 4,
    input: (random) => damagedText(random.pick(BODIES), random, JSON_WORDS, BODIES),
    read: (input, random) => read(String(input), random),
    isRefusal: () => false,
  };
  const tokens: FuzzTarget = {
    name: "tokens and change feed positions",
    share: 10,
    input: (random) =>
      damagedText(
        random.oneIn(2) ? replica.token() : `${replica.serverUuid}.12`,
        random,
        ["A", "=", ".", "-", "0", "9007199254740993"],
        ["."],
      ),
    read: (input) => readToken(replica, String(input)),
    isRefusal: (error) => (error as { code?: unknown }).code === "invalid_token",
  };
  return [target, tokens];
};

const readToken = async (replica: Replica, text: string): Promise<boolean> => {
  await replica.changes({ after: text })[Symbol.asyncIterator]().return?.();
  return (await replica.waitFor(text, { timeoutMs: 0 })).kind === "seen";
};

const aroundOf = (random: Random, replica: Replica): Around => {
  const uuid = random.oneIn(8) ? damagedText(random.pick(UUIDS), random, ["-", "0"], UUIDS) : random.pick(UUIDS);
  const entry = `/v1/entries/${encodeURIComponent(wellFormed(uuid))}`;
  const method = random.pick(["POST", "PUT", "PATCH", "POST", "DELETE", "GET", "GET", "POST"]);
  const headers = { "Content-Type": "application/json", ...conditions(random, replica) };
  if (method === "GET") return { method, path: random.oneIn(2) ? entry : listing(random), headers };
  if (method !== "POST") return { method, path: entry, headers };
  // Creations stay: most are made under few uuids, by PUT.
  const path = random.pick([
    `${entry}/modify`,
    `${entry}/modify`,
    "/v1/transactions",
    random.oneIn(8) ? "/v1/entries" : entry,
  ]);
  return { method, path, headers };
};

const conditions = (random: Random, replica: Replica): Readonly<Record<string, string>> => {
  if (!random.oneIn(4)) return {};
  const wait = damagedText(replica.token(), random, ["A", "="], ["A"]);
  return random.pick<Readonly<Record<string, string>>>([
    { "If-Match": '"0123456789abcdef"' },
    { "If-None-Match": "*" },
    { "Concordat-Wait": latin(wait), "Concordat-Wait-Timeout": "0" },
  ]);
};

const listing = (random: Random): string => {
  const filter = damagedText(random.pick(FILTERS), random, FILTER_WORDS, FILTERS);
  const limit = random.pick(["1", "10", "0", "-1", "1e9", "x"]);
  return `/v1/entries?filter=${encodeURIComponent(wellFormed(filter))}${random.oneIn(3) ? `&limit=${limit}` : ""}`;
};

/** A half of a pair cannot stand in an address. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\ufffd");

/** What a header can hold. */
const latin = (text: string): string => text.replace(/[^\x21-\x7e]/g, "?");
