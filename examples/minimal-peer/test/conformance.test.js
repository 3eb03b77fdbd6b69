import { randomBytes } from "node:crypto";
import { runConformance } from "@concordat/conformance";
import { openTlsWire } from "@concordat/conformance/tls";
import { createIdentity } from "@concordat/identity";
import { afterEach, expect, it } from "vitest";
import { freePort } from "../../../apps/node/test/testing/free-port.js";
import { createNode } from "../../../apps/node/test/testing/nodes.js";
import { WRONGS } from "../src/wrong.js";
import { PeerProcess } from "./peer-process.js";

const peers = [];
afterEach(() => {
  for (const peer of peers.splice(0)) peer.destroy();
});

const startPeer = async (options) => {
  const peer = await PeerProcess.create();
  peers.push(peer);
  await options.before?.(peer);
  await peer.start(options);
  return peer;
};

const idsOf = (results, outcome) => results.filter((one) => one.outcome === outcome).map(({ id }) => id);

it("passes all that a peer is held to, but for what a purge brings, and holds nothing of it afterwards", async () => {
  const scratch = await createNode();
  const pin = await scratch.certificate();
  const before = (peer) => scratch.addPartner(peer, { certificate: peer.certificate });
  const peer = await startPeer({ partnerPort: scratch.port, pin, before });
  const { exitCode, stdout, stderr } = await scratch.run("conformance", peer.origin, "--json");
  expect(stderr).toBe("");
  const { requirements, cleanUp } = JSON.parse(stdout);
  expect(requirements.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  expect(idsOf(requirements, "not tested")).toEqual(["incremental.refresh-required"]);
  expect(exitCode).toBe(0);
  expect(cleanUp).toMatchObject({ left: 0 });
  expect(cleanUp.deleted).toBeGreaterThan(0);
});

const newIdentity = () => createIdentity({ origin: "repl://localhost:1", nowMs: Date.now(), randomBytes });
const pemOf = ({ certificate, privateKeyPem }) => ({ certificatePem: certificate.pem, privateKeyPem });

/** The ids of what the runner finds wrong with a peer that is. */
const failuresOf = async (wrong) => {
  const identity = newIdentity();
  const port = await freePort();
  const peer = await startPeer({ partnerPort: port, pin: identity.certificate.base64, wrong });
  const wire = await openTlsWire({
    host: "localhost",
    port: peer.port,
    identity: pemOf(identity),
    stranger: pemOf(newIdentity()),
    pins: [Buffer.from(peer.certificate, "base64")],
    listen: { host: "127.0.0.1", port },
    handshakeTimeoutMs: 10_000,
    replyTimeoutMs: 5_000,
  });
  const clockMicros = () => Date.now() * 1_000;
  const { results } = await runConformance({ wire, clockMicros, randomBytes, waitMs: 20_000 });
  await wire.close();
  peer.destroy();
  return idsOf(results, "failed");
};

/** Each thing that the peer can do wrong, and the requirement that it breaks. */
const BREAKS = {
  "any-certificate": "transport.certificate-pinned",
  "waits-for-hello": "hello.first",
  "strict-fields": "messages.later-fields",
  "accepts-extensions": "encoding.extensions",
  "wrong-stream-digest": "stream.digest",
  "cursor-unchecked": "cursor.commit",
  "newest-only": "supply.every-change",
  "domain-unchecked": "incremental.domain-mismatch",
  "claims-early": "consumer.claims-at-end",
  "digest-unchecked": "consumer.digest",
  "skew-unchecked": "consumer.clock-skew",
  "forgets-losers": "merge.register",
  "drops-unknown-kinds": "merge.users-kinds",
  "removal-wins": "merge.set",
};

const LANES = 3;

it("fails the one requirement that a peer breaks, whatever it is, and no other", async () => {
  const due = Object.keys(WRONGS);
  const failures = {};
  const lane = async () => {
    for (let wrong = due.shift(); wrong !== undefined; wrong = due.shift()) failures[wrong] = await failuresOf(wrong);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  expect(failures).toEqual(Object.fromEntries(Object.entries(BREAKS).map(([wrong, id]) => [wrong, [id]])));
}, 240_000);
