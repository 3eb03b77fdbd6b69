import { describe, expect, test } from "vitest";
import { channelPair } from "./memory-channel.js";
import { ProtocolError } from "./protocol-error.js";

const code = (expected: string) => expect.objectContaining({ code: expected });

/** Whether `promise` is settled once everything that can happen without outside help has happened. */
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false;
  const note = () => {
    settled = true;
  };
  promise.then(note, note);
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
};

describe("channelPair", () => {
  test("carries frames in order, each way, as bytes of their own", async () => {
    const [left, right] = channelPair({ partners: ["right", "left"] });
    expect([left.partner, right.partner]).toEqual(["right", "left"]);
    const bytes = Uint8Array.of(1, 2);
    await left.send([bytes, Uint8Array.of(3)]);
    await left.send([Uint8Array.of(4)]);
    bytes.fill(9);
    await right.send([Uint8Array.of(5)]);
    expect(await right.receive()).toEqual(Uint8Array.of(1, 2, 3));
    expect(await right.receive()).toEqual(Uint8Array.of(4));
    expect(await left.receive()).toEqual(Uint8Array.of(5));
    expect(left.traffic).toEqual({ bytesSent: 12, bytesReceived: 5 });
    expect(right.traffic).toEqual({ bytesSent: 5, bytesReceived: 12 });
  });

  test("a frame that is waited for arrives", async () => {
    const [left, right] = channelPair();
    const waiting = right.receive();
    await left.send([Uint8Array.of(1)]);
    expect(await waiting).toEqual(Uint8Array.of(1));
  });

  test("send waits while the queue is full, until a frame is taken", async () => {
    const [left, right] = channelPair({ queueFramesMax: 2 });
    await left.send([Uint8Array.of(1)]);
    const second = left.send([Uint8Array.of(2)]);
    expect(await isSettled(second)).toBe(false);
    await expect(left.send([Uint8Array.of(3)])).rejects.toThrow(code("unexpected_message"));
    await right.receive();
    await second;
    expect(await right.receive()).toEqual(Uint8Array.of(2));
  });

  test("after a clean end what was sent is delivered, then the end", async () => {
    const [left, right] = channelPair();
    await left.send([Uint8Array.of(1)]);
    await left.close();
    expect(await right.receive()).toEqual(Uint8Array.of(1));
    expect(await right.receive()).toBeUndefined();
    await expect(right.send([Uint8Array.of(2)])).rejects.toThrow(code("connection_lost"));
    await expect(left.send([Uint8Array.of(2)])).rejects.toThrow(code("closed"));
    await expect(left.receive()).rejects.toThrow(code("closed"));
  });

  test("a clean end reaches whoever waits for a frame", async () => {
    const [left, right] = channelPair();
    const waiting = right.receive();
    await left.close();
    expect(await waiting).toBeUndefined();
  });

  test("closed with a reason, what waits on both sides rejects, and what was sent is still delivered", async () => {
    const [left, right] = channelPair({ queueFramesMax: 1 });
    const reason = new ProtocolError("shape", "broken", { blame: "peer" });
    const outcomes = Promise.allSettled([
      left.send([Uint8Array.of(1)]),
      left.receive(),
      right.send([Uint8Array.of(2)]),
    ]);
    await left.close(reason);
    const [send, receive, theirs] = await outcomes;
    expect(send).toEqual({ status: "rejected", reason });
    // The frame of the other side was there before the end.
    expect(receive).toEqual({ status: "fulfilled", value: Uint8Array.of(2) });
    expect(theirs.status).toBe("fulfilled");
    expect(await right.receive()).toEqual(Uint8Array.of(1));
    await expect(right.receive()).rejects.toThrow(code("connection_lost"));
    await expect(left.receive()).rejects.toBe(reason);
  });

  test("closed with a reason, a receiver on either side rejects", async () => {
    const [left, right] = channelPair();
    const reason = new Error("out of luck");
    const here = expect(left.receive()).rejects.toBe(reason);
    const there = expect(right.receive()).rejects.toThrow(code("connection_lost"));
    await left.close(reason);
    await left.close();
    await Promise.all([here, there]);
  });

  test("a sender that waits rejects when the other side goes away", async () => {
    const [left, right] = channelPair({ queueFramesMax: 1 });
    const waiting = expect(left.send([Uint8Array.of(1)])).rejects.toThrow(code("connection_lost"));
    await right.close();
    await waiting;
  });

  test("refuses frames that a wire would not carry, and goes on", async () => {
    const [left, right] = channelPair({ frameBytesMax: 3 });
    await expect(left.send([])).rejects.toThrow(code("frame"));
    await expect(left.send([new Uint8Array(4)])).rejects.toThrow(code("frame_too_large"));
    await left.send([new Uint8Array(3)]);
    expect(await right.receive()).toEqual(new Uint8Array(3));
  });
});
