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
      () => node.run("entry", "get", id, "--json"),
      ({ exitCode, stdout }) => exitCode === 0 && JSON.parse(stdout).attributes.title === title,
    );
  await isThere(uuid, "from the peer");

  await node.run("entry", "patch", fromNode, '{"title": "changed on the node"}');
  const shows = async (expected) => {
    await eventually(
      () => {
        const from = peer.events.length;
        peer.say("list");
        return peer.said(({ event, ...entry }) => event === "entry" && expected(entry), Math.max(0, from - 1));
      },
      (entry) => entry !== undefined,
    );
  };
  await shows(({ uuid: id, attributes }) => id === fromNode && attributes.title === "changed on the node");

  await node.run("entry", "delete", uuid);
  await shows(({ uuid: id, isLive }) => id === uuid && !isLive);
  expect((await node.run("verify")).exitCode).toBe(0);
  expect(peer.stderr).toBe("");
});
