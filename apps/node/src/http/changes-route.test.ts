import { describe, expect, it } from "vitest";
import type { EntryJson } from "./entry-json.js";
import { eventStream } from "./event-stream.js";
import { openApi } from "./testing/api-under-test.js";

interface Event {
  readonly id: string;
  readonly event: string;
  readonly data: EntryJson;
}

/** Reads server-sent events as a client does. */
const eventsOf = (
  response: Response,
): { next(): Promise<Event>; comments: number; cancel(): Promise<void>; done: Promise<void> } => {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  const events: Event[] = [];
  let text = "";
  let end: () => void = () => undefined;
  const client = {
    comments: 0,
    done: new Promise<void>((resolve) => {
      end = resolve;
    }),
    cancel: () => reader.cancel(),
    next: async (): Promise<Event> => {
      for (;;) {
        const ready = events.shift();
        if (ready) return ready;
        await read();
      }
    },
  };
  const read = async (): Promise<void> => {
    const { value, done } = await reader.read();
    if (done) {
      end();
      throw new Error("the stream has ended");
    }
    const blocks = (text + decoder.decode(value, { stream: true })).split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      if (block.startsWith(":")) client.comments += 1;
      else events.push(parseEvent(block));
    }
  };
  return client;
};

const parseEvent = (block: string): Event => {
  const fields = new Map(block.split("\n").map((line) => line.split(/: (.*)/, 2) as [string, string]));
  return {
    id: fields.get("id") ?? "",
    event: fields.get("event") ?? "",
    data: JSON.parse(fields.get("data") ?? "null") as EntryJson,
  };
};

describe("the change feed over HTTP", () => {
  it("shows what changes from now on, and goes on after the last event", async () => {
    const { send, create } = await openApi();
    await create({ title: "before" });
    const response = await send("GET", "/v1/changes");
    expect(response.headers.get("Content-Type")).toBe("text/event-stream");
    const feed = eventsOf(response);
    const first = await create({ title: "a\n\nb" });
    const put = await feed.next();
    expect(put).toEqual({ id: expect.any(String), event: "put", data: first });
    await send("DELETE", `/v1/entries/${first.uuid}`);
    expect(await feed.next()).toEqual({ id: expect.any(String), event: "delete", data: { uuid: first.uuid } });
    await feed.cancel();

    const [second, third] = [await create({ title: "c" }), await create({ title: "d" })];
    const resumed = eventsOf(await send("GET", "/v1/changes", undefined, { "Last-Event-ID": put.id }));
    const seen = [await resumed.next(), await resumed.next(), await resumed.next()];
    expect(seen.map(({ event, data }) => [event, data.uuid])).toEqual([
      ["delete", first.uuid],
      ["put", second.uuid],
      ["put", third.uuid],
    ]);
    const last = eventsOf(await send("GET", "/v1/changes", undefined, { "Last-Event-ID": seen[2]?.id ?? "" }));
    const fourth = await create({ title: "e" });
    expect((await last.next()).data.uuid).toBe(fourth.uuid);
    await Promise.all([resumed.cancel(), last.cancel()]);
  });

  it("asks to read everything anew where it cannot tell", async () => {
    const { send, create } = await openApi();
    const { uuid } = await create({ a: 1 });
    const feed = eventsOf(await send("GET", "/v1/changes", undefined, { "Last-Event-ID": "nonsense" }));
    const reset = await feed.next();
    expect(reset).toMatchObject({ event: "reset", data: {} });
    await send("PATCH", `/v1/entries/${uuid}`, { attributes: { a: 2 } });
    expect(await feed.next()).toMatchObject({ event: "put", data: { uuid } });
    await feed.cancel();
  });

  it("ends with the replica", async () => {
    const { send, replica } = await openApi();
    const feed = eventsOf(await send("GET", "/v1/changes"));
    const ended = expect(feed.next()).rejects.toThrow("ended");
    await replica.close();
    await ended;
  });

  it("gives signs of life while nothing changes", async () => {
    const { send, create } = await openApi({}, { heartbeatIntervalMs: 5 });
    const response = await send("GET", "/v1/changes");
    const feed = eventsOf(response);
    const event = feed.next();
    await expect.poll(() => feed.comments).toBeGreaterThan(3);
    await create({ a: 1 });
    expect((await event).event).toBe("put");
    await feed.cancel();
  });

  it("opens no feed for HEAD", async () => {
    const { app, replica } = await openApi();
    let opened = 0;
    const { changes } = replica;
    replica.changes = (options) => {
      opened += 1;
      return changes.call(replica, options);
    };
    const response = await app.request("/v1/changes", { method: "HEAD" });
    expect([response.status, response.headers.get("Content-Type"), opened]).toEqual([200, "text/event-stream", 0]);
  });
});

describe("eventStream", () => {
  it("takes no more from its source than the client reads", async () => {
    let taken = 0;
    let isEnded = false;
    async function* endless(): AsyncGenerator<number> {
      for (;;) {
        taken += 1;
        yield taken;
      }
    }
    const stream = eventStream(endless(), {
      render: (number) => `data: ${number}\n\n`,
      onEnd: () => {
        isEnded = true;
      },
      heartbeatIntervalMs: 1,
    });
    const reader = stream.getReader();
    let text = "";
    const decoder = new TextDecoder();
    while (!text.includes("data: 5\n")) text += decoder.decode((await reader.read()).value);
    const start = Date.now();
    await expect.poll(() => Date.now() - start).toBeGreaterThan(30);
    expect(taken).toBeLessThanOrEqual(7);
    await reader.cancel();
    expect(isEnded).toBe(true);
  });

  it("ends with an error of its source", async () => {
    const broken: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("broken")) }),
    };
    let isEnded = false;
    const onEnd = (): void => {
      isEnded = true;
    };
    const reader = eventStream(broken, { render: String, onEnd, heartbeatIntervalMs: 1_000 }).getReader();
    await reader.read();
    await expect(reader.read()).rejects.toThrow("broken");
    expect(isEnded).toBe(true);
  });
});
