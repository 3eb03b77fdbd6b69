import type { ServerUuid } from "@concordat/crdt";
import type { Message } from "@concordat/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Log, systemHash } from "./index.js";
import { SILENT_LOG } from "./ports/log.js";
import { eventually } from "./testing/links.js";
import {
  closeAll,
  createEntries,
  dial,
  expectConverged,
  expectSound,
  pullOnce,
  refreshFrom,
  restart,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";
import { tampered } from "./testing/wire.js";

/** A partner with a bug, or worse: what its stream gets wrong, and the error that this must cause. */
interface Fault {
  readonly name: string;
  readonly code: string;
  readonly change: (message: Message) => Message;
}

const STRANGER = "99999999-9999-4999-8999-999999999999" as ServerUuid;

/** Its own row says that something came which it does not claim. */
const claimsOfOthers = ({ replica }: TestNode) =>
  [...replica.ruv()].filter(([server]) => server !== replica.serverUuid);

const faults: readonly Fault[] = [
  {
    name: "a bit flipped in a value",
    code: "stream_digest",
    change: onLastChunk((records) => records.map((record) => flipped(record, record.length - 1, 0x01))),
  },
  {
    name: "a bit flipped in what holds a record together",
    code: "frame",
    change: onLastChunk((records) => records.map((record) => flipped(record, 2, 0x01))),
  },
  { name: "a record that is missing", code: "stream_digest", change: onLastChunk((records) => records.slice(1)) },
  {
    name: "a wrong count",
    code: "stream_digest",
    change: (message) => (message.type === "end" ? { ...message, count: message.count + 1 } : message),
  },
  {
    name: "a wrong digest",
    code: "stream_digest",
    change: (message) => (message.type === "end" ? { ...message, digest: flipped(message.digest, 31, 0x80) } : message),
  },
  {
    name: "an end short of the head",
    code: "stream_digest",
    change: (message) =>
      message.type === "end" ? { ...message, cursor: { ...message.cursor, sequence: 1 } } : message,
  },
  {
    name: "a cursor beyond the head",
    code: "shape",
    change: (message) =>
      message.type === "chunk" && isLast(message)
        ? { ...message, cursor: { ...message.cursor, sequence: 1_000 } }
        : message,
  },
  {
    name: "a cursor that goes back",
    code: "shape",
    change: (message) =>
      message.type === "chunk" && isLast(message)
        ? { ...message, cursor: { ...message.cursor, sequence: 1 } }
        : message,
  },
  {
    name: "a cursor of another server",
    code: "shape",
    change: (message) =>
      message.type === "end" ? { ...message, cursor: { ...message.cursor, server: STRANGER } } : message,
  },
  {
    name: "a message that does not belong there",
    code: "unexpected_message",
    change: (message) => (message.type === "end" ? { type: "pong" } : message),
  },
];

/** With chunks of two, five entries fill three: the last one is the fifth's. */
function isLast(message: Extract<Message, { type: "chunk" }>): boolean {
  return message.records.length === 1;
}

function onLastChunk(change: (records: readonly Uint8Array[]) => readonly Uint8Array[]): Fault["change"] {
  return (message) =>
    message.type === "chunk" && isLast(message) ? { ...message, records: change(message.records) } : message;
}

function flipped(bytes: Uint8Array, index: number, mask: number): Uint8Array {
  const copy = bytes.slice();
  copy[index] = (copy[index] ?? 0) ^ mask;
  return copy;
}

/** A supplier that believes in what it sends: count and digest are those of the changed records. */
function signed(change: Fault["change"]): Fault["change"] {
  const hash = systemHash();
  let count = 0;
  return (message) => {
    if (message.type === "end") return { ...message, count, digest: hash.digest() };
    const changed = change(message);
    if (changed.type !== "chunk") return changed;
    for (const record of changed.records) hash.update(record);
    count += changed.records.length;
    return changed;
  };
}

/** Whole to a reader that only looks for the end of a record: a uuid, and nothing where a change should be. */
function unreadable(): Uint8Array {
  const bytes = new Uint8Array(24).fill(0xc0);
  bytes.set([0x94, 0xc4, 0x10]);
  bytes.set([0xa2, 0x61, 0x61], 19);
  return bytes;
}

let a: TestNode;
let b: TestNode;

beforeEach(async () => {
  a = await testNode("a");
  b = await testNode("b");
});

afterEach(async () => {
  await expectSound([a, b]);
  await closeAll([a, b]);
});

describe("a pull over a stream with", () => {
  for (const { name, code, change } of faults) {
    test(`${name} applies nothing of the last step, claims nothing, and the next pull mends it`, async () => {
      await refreshFrom(b, a);
      await createEntries(a, 5);
      const before = claimsOfOthers(b);
      await expect(b.replica.pullFrom(tampered(dial(b, a), change))).rejects.toMatchObject({ code });
      expect(claimsOfOthers(b)).toEqual(before);
      expect((await b.replica.list()).entries.length).toBeLessThanOrEqual(4);
      expect(await pullOnce(b, a)).toMatchObject({ kind: "applied" });
      await expectConverged([a, b]);
    });
  }
});

describe("a refresh over a stream with", () => {
  for (const { name, code, change } of faults) {
    test(`${name} changes nothing, and the next one mends it`, async () => {
      await createEntries(a, 5);
      const before = await b.replica.digest();
      await expect(refreshFrom(b, a, { over: tampered(dial(b, a), change) })).rejects.toMatchObject({ code });
      expect(await b.replica.digest()).toEqual(before);
      expect(b.replica.domainUuid).not.toBe(a.replica.domainUuid);
      expect(await refreshFrom(b, a)).toMatchObject({ kind: "refreshed", entries: 5 });
      await expectConverged([a, b]);
    });
  }
});

describe("whoever sent what was refused is told", () => {
  const heard: string[] = [];
  const listening: Log = { ...SILENT_LOG, warn: (event, message) => heard.push(`${event}: ${message}`) };
  const wrongCount: Fault["change"] = (message) =>
    message.type === "end" ? { ...message, count: message.count + 1 } : message;

  beforeEach(async () => {
    heard.length = 0;
    await restart(a, { log: listening });
    await createEntries(a, 5);
  });

  const expectHeard = (code: string): Promise<void> =>
    eventually(() =>
      expect(heard).toEqual([
        expect.stringContaining(`supply_ended: supplying repl://b ended: the partner reports ${code}: `),
      ]),
    );

  test("by a pull", async () => {
    await refreshFrom(b, a);
    await createEntries(a, 1);
    await expect(b.replica.pullFrom(tampered(dial(b, a), wrongCount))).rejects.toMatchObject({ code: "stream_digest" });
    await expectHeard("stream_digest");
  });

  test("by a refresh", async () => {
    await expect(refreshFrom(b, a, { over: tampered(dial(b, a), wrongCount) })).rejects.toMatchObject({
      code: "stream_digest",
    });
    await expectHeard("stream_digest");
  });
});

describe("a supplier that believes in what it gets wrong", () => {
  const brokenRecord = onLastChunk((records) => records.map(unreadable));
  const twiceInAChunk = onLastChunk((records) => [...records, ...records]);
  const twiceInTheStream = (): Fault["change"] => {
    let first: readonly Uint8Array[] | undefined;
    return (message) => {
      if (message.type !== "chunk") return message;
      first ??= message.records;
      return isLast(message) ? { ...message, records: first } : message;
    };
  };

  test("a record that does not read: nothing of its chunk is applied", async () => {
    await refreshFrom(b, a);
    await createEntries(a, 5);
    const before = claimsOfOthers(b);
    await expect(b.replica.pullFrom(tampered(dial(b, a), signed(brokenRecord)))).rejects.toMatchObject({
      code: "shape",
    });
    expect(claimsOfOthers(b)).toEqual(before);
    expect((await b.replica.list()).entries.length).toBe(4);
    await pullOnce(b, a);
    await expectConverged([a, b]);
  });

  test("nor by a refresh", async () => {
    await createEntries(a, 5);
    await expect(refreshFrom(b, a, { over: tampered(dial(b, a), signed(brokenRecord)) })).rejects.toMatchObject({
      code: "shape",
    });
    await refreshFrom(b, a);
    await expectConverged([a, b]);
  });

  test("one entry twice: a pull merges it with itself", async () => {
    await refreshFrom(b, a);
    await createEntries(a, 5);
    expect(await b.replica.pullFrom(tampered(dial(b, a), signed(twiceInAChunk)))).toMatchObject({ kind: "applied" });
    await expectConverged([a, b]);
  });

  test("one entry twice in a chunk: a refresh refuses it", async () => {
    await createEntries(a, 5);
    await expect(refreshFrom(b, a, { over: tampered(dial(b, a), signed(twiceInAChunk)) })).rejects.toMatchObject({
      code: "shape",
    });
  });

  test("one entry in two chunks: a refresh takes it once, and the copy is sound", async () => {
    await createEntries(a, 5);
    const over = tampered(dial(b, a), signed(twiceInTheStream()));
    expect(await refreshFrom(b, a, { over })).toMatchObject({ kind: "refreshed", entries: 4 });
    await expectSound([b]);
  });
});

test("an answer that is none ends the pull and the refresh", async () => {
  await refreshFrom(b, a);
  await createEntries(a, 1);
  const change = (message: Message): Message => (message.type === "begin" ? { type: "changed" } : message);
  await expect(b.replica.pullFrom(tampered(dial(b, a), change))).rejects.toMatchObject({ code: "unexpected_message" });
  await expect(refreshFrom(b, a, { over: tampered(dial(b, a), change) })).rejects.toMatchObject({
    code: "unexpected_message",
  });
});
