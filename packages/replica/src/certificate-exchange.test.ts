import { type Channel, channelPair, type HelloCertificates } from "@concordat/protocol";
import { expect, test } from "vitest";
import type { HelloHeard } from "./index.js";
import { Gate } from "./testing/gate.js";
import { becomes, eventually, link, usePairOfCopies } from "./testing/links.js";
import { originOf, partner, pullOnce, restart, type TestNode } from "./testing/test-topology.js";
import { wrapped } from "./testing/wire.js";

let a: TestNode;
let b: TestNode;

usePairOfCopies((pair) => {
  [a, b] = pair;
});

const saying = (byte: number): HelloCertificates => ({
  successor: { certificate: Uint8Array.of(byte), signature: new Uint8Array(64).fill(byte) },
  accepted: [new Uint8Array(32).fill(byte)],
});

/** Gives the node a part in the exchange; what it hears is kept. */
const exchanging = async (node: TestNode, tell: () => HelloCertificates | undefined): Promise<HelloHeard[]> => {
  const heard: HelloHeard[] = [];
  await restart(node, { certificates: { tell, hear: (one) => heard.push(one) } });
  return heard;
};

test("both ends hear what the other says of certificates, with the certificate that it has proven", async () => {
  const heardByA = await exchanging(a, () => saying(1));
  const heardByB = await exchanging(b, () => saying(2));
  const certificate = Uint8Array.of(7, 7);
  const dialled = (): Channel => {
    const [near, far] = channelPair({ partners: [originOf(a), originOf(b)] });
    void a.replica.accept(wrapped(far, { peerCertificate: certificate }));
    return near;
  };
  await b.replica.pullFrom(dialled());
  expect(heardByA).toEqual([
    { partner: "repl://b", peerCertificate: certificate, certificates: saying(2), dialled: false },
  ]);
  expect(heardByB).toEqual([
    { partner: "repl://a", peerCertificate: undefined, certificates: saying(1), dialled: true },
  ]);
});

test("who knows nothing of it says and hears nothing of it", async () => {
  const heard = await exchanging(a, () => undefined);
  await pullOnce(b, a);
  expect(heard).toMatchObject([{ certificates: undefined }]);
  const told = await exchanging(a, () => saying(3));
  expect((await pullOnce(b, a)) !== "cut").toBe(true);
  expect(told).toHaveLength(1);
});

test("a connection that was on its way when hello was to be said anew is not used: it may show what was before", async () => {
  const dialled: { readonly channel: Channel; isClosed: boolean }[] = [];
  const gate = new Gate();
  const connect = async (): Promise<Channel> => {
    const [near, far] = channelPair({ partners: [originOf(a), originOf(b)] });
    void a.replica.accept(far);
    const one = { channel: near, isClosed: false };
    dialled.push(one);
    if (dialled.length === 1) await gate.pass();
    return wrapped(near, {
      close: (reason) => {
        one.isClosed = true;
        return near.close(reason);
      },
    });
  };
  b.replica.setPartners([{ origin: originOf(a), type: "pull", automaticRefresh: false, connect }]);
  await gate.reached;
  b.replica.reconnectPartner(originOf(a));
  gate.open();
  await becomes(b, a, "in-sync");
  expect(dialled.map(({ isClosed }) => isClosed)).toEqual([true, false]);
});

test("says hello anew over the own connection, without a failure in between, or over the partner's", async () => {
  let said = 0;
  const heard = await exchanging(b, () => {
    said += 1;
    return saying(said);
  });
  await link(a, b);
  const before = heard.length;
  b.replica.reconnectPartner("repl://a");
  await eventually(() => expect(heard.length).toBeGreaterThan(before));
  await becomes(b, a, "in-sync");
  expect(b.replica.status().partners[0]).toMatchObject({ failures: 0 });

  b.replica.setPartners([partner(b, a, { type: "allow-pull" })]);
  const then = heard.length;
  b.replica.reconnectPartner("repl://a");
  await eventually(() => {
    a.replica.pullNow();
    expect(heard.length).toBeGreaterThan(then);
  });
  await becomes(a, b, "in-sync");
});
