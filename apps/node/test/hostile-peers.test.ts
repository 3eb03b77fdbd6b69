import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectSecurely, type TLSSocket } from "node:tls";
import type { DomainUuid, ServerUuid } from "@concordat/crdt";
import { createIdentity, type Identity } from "@concordat/identity";
import {
  type Begin,
  type Channel,
  DEFAULT_LIMITS,
  encodeMessage,
  exchangeHello,
  frameHeader,
  type Hello,
  joinedBytes,
  openConversation,
  type WireRuvRow,
} from "@concordat/protocol";
import { connectTls, listenTls } from "@concordat/protocol/tls";
import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "./testing/eventually.js";
import { freePort } from "./testing/free-port.js";
import type { TestNode } from "./testing/node.js";
import { createNode } from "./testing/nodes.js";

const LIAR = "11111111-1111-4111-8111-111111111111" as ServerUuid;

const disposals: (() => unknown)[] = [];
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose();
});

/** A partner of a node whose part the test plays: it has the key, and keeps to nothing. */
interface PinnedPeer {
  readonly origin: string;
  readonly port: number;
  readonly identity: Identity;
}

const pinPeer = async (node: TestNode, type: "allow-pull" | "pull"): Promise<PinnedPeer> => {
  const port = await freePort();
  const origin = `repl://127.0.0.1:${port}`;
  const identity = createIdentity({ origin, nowMs: Date.now(), randomBytes: (length) => randomBytes(length) });
  const key = type === "pull" ? "supplier_cert" : "consumer_cert";
  const lines = ["", `[replication."${origin}"]`, `type = "${type}"`, `${key} = "${identity.certificate.base64}"`, ""];
  await appendFile(node.configFile, lines.join("\n"));
  return { origin, port, identity };
};

const tlsIdentity = ({ certificate, privateKeyPem }: Identity) => ({ certificatePem: certificate.pem, privateKeyPem });

const dial = async (node: TestNode, peer: PinnedPeer): Promise<Channel> => {
  const channel = await connectTls({
    host: "127.0.0.1",
    port: node.port,
    partner: node.origin,
    identity: tlsIdentity(peer.identity),
    pins: [Buffer.from(await node.certificate(), "base64")],
    limits: DEFAULT_LIMITS,
  });
  disposals.push(() => channel.close());
  return channel;
};

/** A connection of the peer on which it may write what it likes. */
const dialRaw = async (node: TestNode, { identity }: PinnedPeer): Promise<TLSSocket> => {
  const socket = connectSecurely({
    host: "127.0.0.1",
    port: node.port,
    key: identity.privateKeyPem,
    cert: identity.certificate.pem,
    ALPNProtocols: ["concordat/1"],
    sigalgs: "ed25519",
    rejectUnauthorized: false,
  });
  disposals.push(() => socket.destroy());
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("secureConnect", resolve));
  return socket;
};

const dialTcp = (node: TestNode): Socket => {
  const socket = connectTcp({ host: "127.0.0.1", port: node.port });
  socket.on("error", () => undefined);
  disposals.push(() => socket.destroy());
  return socket;
};

const helloOf = (domainUuid: DomainUuid): Hello => ({
  type: "hello",
  minor: 0,
  software: "hostile/1",
  domainUuid,
  serverUuid: LIAR,
  clockMicros: Date.now() * 1_000,
  features: [],
  limits: DEFAULT_LIMITS,
});

const NO_DOMAIN = "99999999-9999-4999-8999-999999999999" as DomainUuid;

const frameOf = (payload: Uint8Array): Uint8Array => Buffer.concat([frameHeader(payload.length), payload]);

/** Says hello and asks for a sign of life; how long that takes, in milliseconds. */
const served = async (channel: Channel): Promise<number> => {
  const startedAtMs = performance.now();
  const conversation = openConversation(channel, { role: "consumer", limits: DEFAULT_LIMITS });
  await exchangeHello(conversation, helloOf(NO_DOMAIN));
  await conversation.send({ type: "ping" });
  expect(await conversation.receive()).toEqual({ type: "pong" });
  return performance.now() - startedAtMs;
};

const residentMiB = ({ daemon }: TestNode): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${daemon.pid}/status`, "utf8"))?.[1]) / 1_024;

const trickle = (socket: Socket, byte: number): void => {
  const timer = setInterval(() => socket.write(Uint8Array.of(byte)), 100);
  disposals.push(() => clearInterval(timer));
};

describe("while strangers and a partner do their worst, a partner is served", () => {
  it("by hundreds of connections that never finish their handshake", async () => {
    const node = await createNode();
    const peer = await pinPeer(node, "allow-pull");
    await node.start();
    const before = residentMiB(node);
    for (let count = 0; count < 300; count += 1) {
      const socket = dialTcp(node);
      socket.write(Uint8Array.of(0x16, 3, 1, 2));
      if (count % 10 === 0) trickle(socket, 0);
    }
    expect(await served(await dial(node, peer))).toBeLessThan(10_000);
    expect(residentMiB(node) - before).toBeLessThan(100);
    await eventually(
      () => node.status(),
      ({ refusedConnections }) => refusedConnections.some(({ code }) => code === "too_many_connections"),
    );
  });

  it("by frames that never end, and by claims of frames that are too large", async () => {
    const node = await createNode();
    const peer = await pinPeer(node, "allow-pull");
    await node.start();
    const before = residentMiB(node);
    const endless = await dialRaw(node, peer);
    endless.write(frameOf(joinedBytes(encodeMessage(helloOf(NO_DOMAIN)))));
    endless.write(frameHeader(60_000));
    trickle(endless, 0x93);
    const oversized = await dialRaw(node, peer);
    const ended = new Promise((resolve) => oversized.resume().once("close", resolve));
    oversized.write(frameOf(joinedBytes(encodeMessage(helloOf(NO_DOMAIN)))));
    oversized.write(frameHeader(0xffff_ffff));
    await ended;
    expect(await served(await dial(node, peer))).toBeLessThan(10_000);
    expect(residentMiB(node) - before).toBeLessThan(100);
    expect(await node.daemon.logged("supply_ended")).toMatchObject({ level: "warn", partner: peer.origin });
  });

  it("by a partner that opens more connections than it may, which takes nothing from others", async () => {
    const node = await createNode();
    const [greedy, modest] = [await pinPeer(node, "allow-pull"), await pinPeer(node, "allow-pull")];
    await node.start();
    const held = await Promise.all(Array.from({ length: 4 }, () => dial(node, greedy)));
    for (const channel of held) await served(channel);
    await expect(dial(node, greedy).then(served)).rejects.toMatchObject({ code: "connection_lost" });
    await served(await dial(node, modest));
    const { refusedConnections } = await node.status();
    expect(refusedConnections[0]).toMatchObject({ code: "too_many_connections", partner: greedy.origin });
  });
});

describe("a pinned partner that lies, over TLS,", () => {
  /** Answers every request with a stream that begins with `change`, and has nothing in it. */
  const startLiar = async (peer: PinnedPeer, node: TestNode, change: () => Partial<Begin>): Promise<void> => {
    const supply = async (channel: Channel): Promise<void> => {
      const conversation = openConversation(channel, { role: "supplier", limits: DEFAULT_LIMITS });
      const { domainUuid } = await node.status();
      await exchangeHello(conversation, helloOf(domainUuid as DomainUuid));
      for (;;) {
        const request = await conversation.receive({ idle: true });
        if (request === undefined) return;
        const begin = {
          type: "begin",
          kind: "incremental",
          domainUuid: domainUuid as DomainUuid,
          servers: [LIAR],
        } as const;
        await conversation.send({ ...begin, rows: [], head: 1, estimate: { entries: 0, bytes: 0 }, ...change() });
      }
    };
    const listener = await listenTls({
      host: "127.0.0.1",
      port: peer.port,
      identity: tlsIdentity(peer.identity),
      partners: new Map([[node.origin, [Buffer.from(await node.certificate(), "base64")]]]),
      limits: DEFAULT_LIMITS,
      onChannel: (channel) => void supply(channel).catch(() => undefined),
      onRefusal: () => undefined,
    });
    disposals.push(() => listener.close());
  };
  const rowOf = (row: Partial<WireRuvRow>): WireRuvRow => ({
    server: LIAR,
    seen: 5,
    purged: 0,
    lineage: { at: 5, hash: 1n },
    ...row,
  });

  it.each([
    [
      "that it has purged what it has not seen",
      "protocol-error",
      "cannot be true",
      () => ({ rows: [rowOf({ purged: 6 })] }),
    ],
    ["a stream of another kind", "protocol-error", "cannot be true", () => ({ kind: "refresh" as const })],
    ["changes of next year", "clock-skew", "stamped", () => ({ rows: [rowOf({ seen: (Date.now() + 3e10) * 1_000 })] })],
  ])("says %s: status names it, and nothing is applied", async (_what, state, word, change) => {
    const node = await createNode();
    const peer = await pinPeer(node, "pull");
    await node.start();
    await node.put({ title: "own" });
    const before = await node.digest();
    await startLiar(peer, node, change);
    const { partners, health } = await node.linkIs(peer, state);
    expect(health).toBe("degraded");
    expect(partners[0]?.message).toContain(word);
    expect(partners[0]?.remedy).toBeDefined();
    expect(partners[0]?.entriesApplied).toBe(0);
    expect(await node.digest()).toBe(before);
    expect((await node.run("verify")).exitCode).toBe(0);
  });
});
