import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { Channel } from "../channel.js";
import { FRAME_HEADER_BYTES, frameHeader } from "../frame.js";
import { DEFAULT_LIMITS } from "../limits.js";
import { CONSUMER, closed, SUPPLIER, TlsFixture } from "./testing/tls-fixture.js";

const fixture = new TlsFixture();
afterEach(() => fixture.closeAll());
afterAll(() => fixture.dispose());

const bytes = (length: number, seed = 1): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 0xff);

const sameBytes = (a: Uint8Array | undefined, b: Uint8Array): boolean => a !== undefined && Buffer.compare(a, b) === 0;

/** A supplier whose consumer is a bare TLS socket. */
const withBareConsumer = async (limits = {}) => {
  const served = await fixture.listen({ limits: { ...DEFAULT_LIMITS, ...limits } });
  const socket = fixture.stranger(served.listener.address.port);
  return { socket, supplier: await served.channels.next() };
};

const sendAll = async (channel: Channel, payloads: readonly Uint8Array[]): Promise<void> => {
  for (const payload of payloads) await channel.send([payload]);
};

/** Has the thread for so long, as who applies a frame does. */
const workFor = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

describe("frames", () => {
  it("carries frames both ways, joined from their parts, and names and counts", async () => {
    const { consumer, supplier } = await fixture.pair();
    expect([consumer.partner, supplier.partner]).toEqual([SUPPLIER, CONSUMER]);
    await consumer.send([bytes(3), new Uint8Array(0), bytes(2, 9)]);
    expect(await supplier.receive()).toEqual(Uint8Array.of(...bytes(3), ...bytes(2, 9)));
    await supplier.send([bytes(70_000, 5)]);
    expect(sameBytes(await consumer.receive(), bytes(70_000, 5))).toBe(true);
    expect(consumer.traffic).toEqual({ bytesSent: 5 + FRAME_HEADER_BYTES, bytesReceived: 70_000 + FRAME_HEADER_BYTES });
    expect(supplier.traffic).toEqual({ bytesSent: 70_000 + FRAME_HEADER_BYTES, bytesReceived: 5 + FRAME_HEADER_BYTES });
  });

  it("carries frames of 8 MiB, in one part and in many", async () => {
    const { consumer, supplier } = await fixture.pair();
    const payload = bytes(DEFAULT_LIMITS.replyFrameBytesMax);
    const parts = Array.from({ length: 8192 }, (_, i) => payload.subarray(i * 1024, (i + 1) * 1024));
    const sent = (async () => {
      await supplier.send([payload]);
      await supplier.send(parts);
    })();
    expect(sameBytes(await consumer.receive(), payload)).toBe(true);
    expect(sameBytes(await consumer.receive(), payload)).toBe(true);
    await sent;
  });

  it("keeps many small frames apart and in order, and delivers them before a clean end", async () => {
    const { consumer, supplier } = await fixture.pair();
    const payloads = Array.from({ length: 5_000 }, (_, i) => bytes(1 + (i % 40), i));
    const sent = sendAll(consumer, payloads).then(() => consumer.close());
    for (const payload of payloads) expect(await supplier.receive()).toEqual(payload);
    expect(await supplier.receive()).toBeUndefined();
    expect(await supplier.receive()).toBeUndefined();
    await sent;
  });

  it("delivers what was sent to a reader that only comes after the end", async () => {
    const { consumer, supplier } = await fixture.pair();
    await sendAll(supplier, [bytes(10), bytes(20), bytes(30_000)]);
    await supplier.close();
    for (const length of [10, 20, 30_000]) expect(await consumer.receive()).toEqual(bytes(length));
    expect(await consumer.receive()).toBeUndefined();
    await expect(consumer.send([bytes(1)])).rejects.toMatchObject({ code: "connection_lost" });
  });

  it("does not send a frame of length 0, and goes on", async () => {
    const { consumer, supplier } = await fixture.pair();
    await expect(consumer.send([])).rejects.toMatchObject({ code: "frame", blame: "caller" });
    await expect(consumer.send([new Uint8Array(0)])).rejects.toMatchObject({ code: "frame" });
    await consumer.send([bytes(1)]);
    expect(await supplier.receive()).toEqual(bytes(1));
  });
});

describe("frame limits", () => {
  it("refuses a frame of length 0 from the peer, in both directions of the channel, and closes", async () => {
    const { socket, supplier } = await withBareConsumer();
    socket.write(frameHeader(0));
    await expect(supplier.receive()).rejects.toMatchObject({ code: "frame", blame: "peer" });
    await expect(supplier.send([bytes(1)])).rejects.toMatchObject({ code: "frame" });
    await closed(socket);
  });

  it("limits requests on the accepting side", async () => {
    const { consumer, supplier } = await fixture.pair({ requestFrameBytesMax: 100 });
    await sendAll(consumer, [bytes(100), bytes(101)]);
    expect(await supplier.receive()).toEqual(bytes(100));
    await expect(supplier.receive()).rejects.toMatchObject({ code: "frame_too_large", blame: "peer" });
  });

  it("limits replies on the connecting side", async () => {
    const { consumer, supplier } = await fixture.pair({ requestFrameBytesMax: 10, replyFrameBytesMax: 100 });
    await sendAll(supplier, [bytes(100), bytes(101)]);
    expect(await consumer.receive()).toEqual(bytes(100));
    await expect(consumer.receive()).rejects.toMatchObject({ code: "frame_too_large" });
  });

  it("tells an end in the middle of a frame from an end", async () => {
    const { socket, supplier } = await withBareConsumer();
    socket.end(Buffer.concat([frameHeader(10), bytes(4)]));
    await expect(supplier.receive()).rejects.toMatchObject({ code: "connection_lost", blame: "network" });
  });
});

describe("small frames", () => {
  it("go together, without a turn of the event loop for each, and are the caller's again at once", async () => {
    const { consumer, supplier } = await fixture.pair();
    let turns = 0;
    setImmediate(() => {
      turns += 1;
    });
    const payload = bytes(3);
    for (let i = 0; i < 10; i += 1) {
      await supplier.send([payload]);
      payload.fill(i + 10);
    }
    expect(turns).toBe(0);
    for (let i = 0; i < 10; i += 1) {
      expect(await consumer.receive()).toEqual(i === 0 ? bytes(3) : new Uint8Array(3).fill(i + 9));
    }
  });

  it("wait as others do once many are on their way, to a reader that is not there", async () => {
    const { supplier } = await fixture.pair({ frameTimeoutMs: 300 });
    const failure = await sendAll(supplier, Array(10_000).fill(bytes(10_000))).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "timeout", retryable: true });
    expect(supplier.traffic.bytesSent).toBeLessThan(20_000_000);
  });
});

describe("long frames", () => {
  it("leave others a turn of the event loop after each, however fast they come", async () => {
    const { consumer, supplier } = await fixture.pair();
    const count = 20;
    const sent = sendAll(supplier, Array<Uint8Array>(count).fill(bytes(100_000)));
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      immediate = setImmediate(turn);
    };
    let immediate = setImmediate(turn);
    const arrivals = new Set<number>();
    for (let frame = 0; frame < count; frame += 1) {
      await consumer.receive();
      arrivals.add(turns);
      workFor(5);
    }
    clearImmediate(immediate);
    expect(arrivals.size).toBe(count);
    await sent;
  });
});

describe("back-pressure", () => {
  it("holds one frame at the most for a slow reader, and loses nothing", async () => {
    const { consumer, supplier } = await fixture.pair();
    const frameBytes = 2 * 1024 * 1024;
    const count = 40;
    const payload = bytes(frameBytes);
    const sent = sendAll(supplier, Array(count).fill(payload));
    let consumed = 0;
    for (let i = 0; i < count; i += 1) {
      expect(sameBytes(await consumer.receive(), payload)).toBe(true);
      consumed += frameBytes + FRAME_HEADER_BYTES;
      await new Promise((resolve) => setImmediate(resolve));
      // What was read ahead of the reader: the rest of one chunk of the socket.
      expect(consumer.traffic.bytesReceived - consumed).toBeLessThanOrEqual(64 * 1024);
    }
    await sent;
  });

  it("times a send out that nobody reads, having buffered little", async () => {
    const { consumer, supplier } = await fixture.pair({ frameTimeoutMs: 300 });
    const payload = bytes(1024 * 1024);
    const failure = await sendAll(supplier, Array(1_000).fill(payload)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "timeout", retryable: true });
    expect(supplier.traffic.bytesSent).toBeLessThan(64 * payload.length);
    expect(consumer.traffic.bytesReceived).toBe(0);
    await expect(supplier.receive()).rejects.toMatchObject({ code: "timeout" });
  });
});

describe("deadlines", () => {
  it("bounds a frame that is trickled, however steadily its bytes come", async () => {
    const { socket, supplier } = await withBareConsumer({ frameTimeoutMs: 300 });
    socket.write(frameHeader(1_000));
    const trickle = setInterval(() => socket.write("x"), 20);
    try {
      await expect(supplier.receive()).rejects.toMatchObject({ code: "timeout", blame: "peer" });
    } finally {
      clearInterval(trickle);
    }
    await closed(socket);
  });

  it("bounds a frame that begins in an idle wait by the frame's limit", async () => {
    const { socket, supplier } = await withBareConsumer({ frameTimeoutMs: 300, idleTimeoutMs: 3_600_000 });
    const received = expect(supplier.receive({ idle: true })).rejects.toMatchObject({ code: "timeout" });
    socket.write(frameHeader(1_000));
    const trickle = setInterval(() => socket.write("x"), 20);
    await received.finally(() => clearInterval(trickle));
  });

  it("lets an idle wait last beyond the frame's limit, up to the idle limit", async () => {
    const { consumer, supplier } = await fixture.pair({ frameTimeoutMs: 100, idleTimeoutMs: 600 });
    const started = performance.now();
    await expect(supplier.receive({ idle: true })).rejects.toMatchObject({ code: "timeout" });
    expect(performance.now() - started).toBeGreaterThan(500);
    expect(await consumer.receive()).toBeUndefined();
  });

  it("does not count the time in which nobody receives", async () => {
    const { socket, supplier } = await withBareConsumer({ frameTimeoutMs: 100 });
    socket.write(Buffer.concat([frameHeader(5), bytes(3)]));
    const { supplier: clock } = await fixture.pair({ frameTimeoutMs: 300 });
    await expect(clock.receive()).rejects.toMatchObject({ code: "timeout" });
    socket.write(bytes(2));
    expect(await supplier.receive()).toEqual(Uint8Array.of(...bytes(3), ...bytes(2)));
  });
});

describe("close", () => {
  it("rejects a waiting receive and everything later with closed", async () => {
    const { consumer, supplier } = await fixture.pair();
    const waiting = expect(consumer.receive()).rejects.toMatchObject({ code: "closed", blame: "caller" });
    await consumer.close();
    await waiting;
    await expect(consumer.receive()).rejects.toMatchObject({ code: "closed" });
    await expect(consumer.send([bytes(1)])).rejects.toMatchObject({ code: "closed" });
    await consumer.close();
    expect(await supplier.receive()).toBeUndefined();
  });

  it("rejects with the reason, keeps it as the cause, and still delivers what was sent", async () => {
    const { consumer, supplier } = await fixture.pair();
    const reason = new Error("the disk is full");
    await supplier.send([bytes(7)]);
    await supplier.close(reason);
    await expect(supplier.receive()).rejects.toMatchObject({ code: "closed", cause: reason });
    expect(await consumer.receive()).toEqual(bytes(7));
  });

  it("says connection_lost when the peer resets", async () => {
    const served = await fixture.listen();
    const { port } = served.listener.address;
    const tcp = fixture.tcp(port);
    const socket = fixture.stranger(port, { socket: tcp });
    const supplier = await served.channels.next();
    const received = expect(supplier.receive()).rejects.toMatchObject({ code: "connection_lost", blame: "network" });
    socket.write(frameHeader(100), () => tcp.resetAndDestroy());
    await received;
    await expect(supplier.send([bytes(1)])).rejects.toMatchObject({ code: "connection_lost" });
  });

  it("refuses a second receive and a second send at the same time", async () => {
    const { consumer, supplier } = await fixture.pair();
    const first = consumer.receive();
    await expect(consumer.receive()).rejects.toThrow(TypeError);
    const sending = supplier.send([bytes(30_000)]);
    await expect(supplier.send([bytes(1)])).rejects.toThrow(TypeError);
    await sending;
    expect(await first).toEqual(bytes(30_000));
  });
});
