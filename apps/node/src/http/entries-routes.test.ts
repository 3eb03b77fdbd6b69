import { ReplicaError } from "@concordat/replica";
import { describe, expect, it, vi } from "vitest";
import type { EntryJson } from "./entry-json.js";
import { listPage } from "./list-page.js";
import { type ApiUnderTest, openApi, problemOf } from "./testing/api-under-test.js";

interface Page {
  readonly entries: readonly EntryJson[];
  readonly next?: string;
}

const list = async ({ send }: ApiUnderTest, parameters: Readonly<Record<string, string>>): Promise<Page> => {
  const response = await send("GET", `/v1/entries?${new URLSearchParams(parameters)}`);
  if (response.status !== 200) throw new Error(await response.text());
  return (await response.json()) as Page;
};

const listAll = async (api: ApiUnderTest, parameters: Readonly<Record<string, string>>): Promise<Page[]> => {
  const pages: Page[] = [];
  for (let next: string | undefined = ""; next !== undefined; next = pages.at(-1)?.next) {
    pages.push(await list(api, { ...parameters, ...(next && { cursor: next }) }));
  }
  return pages;
};

const fill = async ({ replica }: ApiUnderTest, count: number, text = ""): Promise<void> => {
  await replica.transact(async (transaction) => {
    for (let number = 0; number < count; number += 1) await transaction.create({ number, odd: number % 2 === 1, text });
  });
};

describe("listing", () => {
  it("shows every entry once, in the order of their uuids, over any pages", async () => {
    const api = await openApi();
    await fill(api, 45);
    const pages = await listAll(api, { limit: "10" });
    expect(pages.slice(0, 4).map(({ entries }) => entries.length)).toEqual([10, 10, 10, 10]);
    const uuids = pages.flatMap(({ entries }) => entries.map(({ uuid }) => uuid));
    expect(uuids).toEqual([...new Set(uuids)].sort());
    expect(uuids.length).toBe(45);
    expect((await list(api, {})).entries.length).toBe(45);
    expect((await list(api, {})).next).toBeUndefined();
  });

  it("filters", async () => {
    const api = await openApi();
    await fill(api, 30);
    const pages = await listAll(api, { filter: "odd eq true and number lt 20", limit: "3" });
    const numbers = pages.flatMap(({ entries }) => entries.map(({ attributes }) => attributes.number as number));
    expect(numbers.sort((left, right) => left - right)).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
  });

  it("reads only what an index finds, where the filter has a part that is indexed", async () => {
    const api = await openApi({ attributes: { number: { index: true } } });
    await fill(api, 300);
    const [all, find] = [vi.spyOn(api.replica, "list"), vi.spyOn(api.replica, "find")];
    const { entries, next } = await list(api, { filter: "odd eq true and number eq 7" });
    expect(entries.map(({ attributes }) => attributes.number)).toEqual([7]);
    expect(next).toBeUndefined();
    expect((await list(api, { filter: "number eq 7 and odd eq false" })).entries).toEqual([]);
    expect([all.mock.calls.length, find.mock.calls.length]).toEqual([0, 2]);
    await list(api, { filter: "odd eq true or number eq 7" });
    expect([all.mock.calls.length > 0, find.mock.calls.length]).toEqual([true, 2]);
  });

  it("goes through all where the index is gone by the time that it is asked", async () => {
    const api = await openApi({ attributes: { number: { index: true } } });
    await fill(api, 3);
    vi.spyOn(api.replica, "find").mockRejectedValue(new ReplicaError("not_indexed", "no more"));
    expect((await list(api, { filter: "number eq 1" })).entries).toHaveLength(1);
  });

  it("ends a page of large entries early", async () => {
    const api = await openApi();
    await fill(api, 40, "x".repeat(1_000));
    const page = async (after?: EntryJson): Promise<Page> => {
      const options = { after: after?.uuid as never, limit: 100, filter: undefined };
      return JSON.parse(await listPage(api.replica, options, 20_000)) as Page;
    };
    const first = await page();
    expect(first.entries.length).toBeGreaterThan(10);
    expect(first.entries.length).toBeLessThan(22);
    expect(first.next).toBeDefined();
    const second = await page(first.entries.at(-1));
    expect(second.entries[0]?.uuid).not.toBe(first.entries.at(-1)?.uuid);
    expect(new Set([...first.entries, ...second.entries].map(({ uuid }) => uuid)).size).toBe(
      first.entries.length + second.entries.length,
    );
  });

  it.each([
    ["limit=0", "invalid_parameter"],
    ["limit=1.5", "invalid_parameter"],
    ["limit=10001", "invalid_parameter"],
    ["limit=1&limit=2", "invalid_parameter"],
    ["filters=a", "invalid_parameter"],
    ["cursor=", "invalid_cursor"],
    ["cursor=AAAA", "invalid_cursor"],
    ["cursor=0190f6e4-7d2a-7c3e-9f00-3a5b8c1d2e4f", "invalid_cursor"],
    ["filter=title", "invalid_filter"],
    ["filter=", "invalid_filter"],
  ])("refuses ?%s", async (query, code) => {
    const { send } = await openApi();
    expect(await problemOf(await send("GET", `/v1/entries?${query}`))).toMatchObject({ status: 400, code });
  });

  it("names the place in a filter that is wrong", async () => {
    const { send } = await openApi();
    const problem = await problemOf(await send("GET", `/v1/entries?filter=${encodeURIComponent('a eq "x" nor b pr')}`));
    expect(problem).toMatchObject({ code: "invalid_filter", position: 10 });
  });
});
