import { type DomainUuid, type ServerUuid, uuidFromBytes } from "@concordat/crdt";
import { describe, expect, test } from "vitest";
import type { Channel } from "./channel.js";
import { openConversation } from "./conversation.js";
import { decodeMessage } from "./decode-message.js";
import { encodeMessage } from "./encode-message.js";
import { exchangeHello } from "./exchange-hello.js";
import { DEFAULT_LIMITS } from "./limits.js";
import { channelPair } from "./memory-channel.js";
import type { Hello } from "./message.js";
import { ProtocolError } from "./protocol-error.js";

const limits = DEFAULT_LIMITS;
const code = (expected: string) => expect.objectContaining({ code: expected });

const helloOf = (byte: number): Hello => ({
  type: "hello",
  minor: 0,
  software: `test ${byte}`,
  domainUuid: uuidFromBytes<DomainUuid>(new Uint8Array(16).fill(byte)),
  serverUuid: uuidFromBytes<ServerUuid>(new Uint8Array(16).fill(byte)),
  clockMicros: byte,
  features: [],
  limits: { requestFrameBytesMax: 1, replyFrameBytesMax: 2, entryBytesMax: 3 },
});

const conversations = (queueFramesMax = 4) => {
  const [near, far] = channelPair({ partners: ["repl://far", "repl://near"], queueFramesMax });
  return {
    consumer: openConversation(near, { role: "consumer", limits }),
    supplier: openConversation(far, { role: "supplier", limits }),
    near,
    far,
  };
};

const messageOn = async (channel: Channel) => decodeMessage((await channel.receive()) as Uint8Array, "request", limits);

describe("exchangeHello", () => {
  test.each([1, 4])("both sides speak first, even where only %i frame fits", async (queueFramesMax) => {
    const { consumer, supplier } = conversations(queueFramesMax);
    const [theirs, ours] = await Promise.all([
      exchangeHello(consumer, helloOf(1)),
      exchangeHello(supplier, helloOf(2)),
    ]);
    expect(theirs).toEqual(helloOf(2));
    expect(ours).toEqual(helloOf(1));
  });

  test("an end before the partner's first message means that it refused this node's certificate", async () => {
    const { consumer, far } = conversations();
    const exchange = exchangeHello(consumer, helloOf(1));
    await far.close();
    await expect(exchange).rejects.toThrow(code("certificate_refused"));
    await expect(exchange).rejects.toThrow(/repl:\/\/far .*show-replication-certificate.*partner_cert/);
  });

  test("a connection that breaks off there is lost, as at any other time", async () => {
    const { consumer, far } = conversations();
    const exchange = exchangeHello(consumer, helloOf(1));
    await far.close(new Error("reset"));
    await expect(exchange).rejects.toThrow(code("connection_lost"));
  });

  test("another message in its place is told to the partner, and ends the conversation", async () => {
    const { consumer, supplier, far } = conversations();
    const exchange = expect(exchangeHello(consumer, helloOf(1))).rejects.toThrow(code("unexpected_message"));
    await supplier.send({ type: "pong" });
    await exchange;
    expect(await messageOn(far)).toEqual(helloOf(1));
    expect(await messageOn(far)).toMatchObject({ type: "error", code: "unexpected_message" });
    await expect(far.receive()).rejects.toThrow(code("connection_lost"));
  });
});

describe("a conversation", () => {
  test("asks and answers", async () => {
    const { consumer, supplier } = conversations();
    await consumer.send({ type: "ping" });
    expect(await supplier.receive({ idle: true })).toEqual({ type: "ping" });
    await supplier.send({ type: "pong" });
    expect(await consumer.receive()).toEqual({ type: "pong" });
    await consumer.close();
    expect(await supplier.receive()).toBeUndefined();
  });

  test("a partner's error is thrown, with its code, its text and nothing that steers a terminal", async () => {
    const { consumer, supplier } = conversations();
    await supplier.send({ type: "error", code: "shape", message: "bad\u001b[2J\nrow", retryable: true });
    const received = consumer.receive();
    await expect(received).rejects.toThrow(code("peer_error"));
    await expect(received).rejects.toThrow("the partner reports shape: bad\uFFFD[2J\uFFFDrow");
    await expect(received).rejects.toMatchObject({ retryable: true, cause: { type: "error", code: "shape" } });
    await expect(consumer.receive()).rejects.toThrow(code("peer_error"));
  });

  test("what does not fit is refused, told to the partner, and ends the conversation", async () => {
    const { supplier, near } = conversations();
    await near.send([Uint8Array.of(0x91, 0x10)]);
    await expect(supplier.receive()).rejects.toThrow(code("unexpected_message"));
    const answer = decodeMessage((await near.receive()) as Uint8Array, "reply", limits);
    expect(answer).toMatchObject({ type: "error", code: "unexpected_message", retryable: false });
    await expect(near.receive()).rejects.toThrow(code("connection_lost"));
  });

  test("a second hello is unexpected", async () => {
    const { supplier, near } = conversations();
    await near.send(encodeMessage(helloOf(1)));
    await expect(supplier.receive()).rejects.toThrow(code("unexpected_message"));
  });

  test("closing with an error from elsewhere tells its code and nothing from inside", async () => {
    const { supplier, near } = conversations();
    await supplier.close(Object.assign(new Error("/var/secret"), { code: "database_corrupt" }));
    const answer = decodeMessage((await near.receive()) as Uint8Array, "reply", limits);
    expect(answer).toEqual({
      type: "error",
      code: "database_corrupt",
      message: "the other side could not go on",
      retryable: true,
    });
  });

  test("closing over a lost connection tells nothing", async () => {
    const { consumer, far } = conversations();
    await consumer.close(new ProtocolError("timeout", "silent", { blame: "peer" }));
    await expect(far.receive()).rejects.toThrow(code("connection_lost"));
  });

  test("closing does not wait for a partner that does not read", async () => {
    const { consumer } = conversations(1);
    const waiting = expect(consumer.send({ type: "ping" })).rejects.toThrow(code("shape"));
    await consumer.close(new ProtocolError("shape", "broken", { blame: "peer" }));
    await waiting;
  });
});
