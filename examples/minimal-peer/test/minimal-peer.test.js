import { afterEach, expect, it } from "vitest";
import { eventually } from "../../../apps/node/test/testing/eventually.js";
import { createNode } from "../../../apps/node/test/testing/nodes.js";
import { PeerProcess } from "./peer-process.js";

let peer;
afterEach(() => peer?.destroy());

it("refreshes from a node, follows it, and supplies it with changes of its own", async () => {
  const node = await createNode();
  peer = await PeerProcess.create();
  await node.addPartner(peer, { certificate: peer.certificate });
  await node.start();
  const fromNode = await node.put({ title: "from the node" });
  await peer.start({ partnerPort: node.port, pin: await node.certificate() });
  await peer.said(({ event, entries }) => event === "pulled" && entries === 1);

  peer.say('put {"title": "from the peer", "size": 7}');
  const { uuid } = await peer.said(({ event }) => event === "put");
  const isThere = (id, title) =>
    eventually(
      async () => (await node.has(id)) && (await node.entry(id)).attributes.title === title,
      (is) => is,
    );
  await isThere(uuid, "from the peer");

  await node.patch(fromNode, { title: "changed on the node" });
  /** Asks for its entries until one of them is as expected. */
  const shows = (expected) =>
    eventually(
      () => {
        peer.say("list");
        return peer.events.some(({ event, ...entry }) => event === "entry" && expected(entry));
      },
      (is) => is,
    );
  await shows(({ uuid: id, attributes }) => id === fromNode && attributes.title === "changed on the node");

  await node.remove(uuid);
  await shows(({ uuid: id, isLive }) => id === uuid && !isLive);
  expect((await node.verify()).problems).toEqual([]);
  expect(peer.stderr).toBe("");
});
