import { type Channel, ProtocolError } from "@concordat/protocol";
import { afterEach, beforeEach, expect, vi } from "vitest";
import type { LinkState, PartnerStatus } from "../index.js";
import {
  closeAll,
  createEntries,
  expectSound,
  originOf,
  partner,
  refreshFrom,
  type TestNode,
  testNode,
} from "./test-topology.js";

/** Hands each test of the file a node with content and its copy, without links; afterwards both must be sound. */
export const usePairOfCopies = (take: (pair: readonly [TestNode, TestNode]) => void): void => {
  let pair: readonly [TestNode, TestNode];
  beforeEach(async () => {
    pair = [await testNode("a"), await testNode("b")];
    const [first, copy] = pair;
    await createEntries(first, 3);
    await refreshFrom(copy, first);
    take(pair);
  });
  afterEach(async () => {
    await expectSound(pair);
    await closeAll(pair);
  });
};

/** Waits for what links bring about: they run by themselves. */
export const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 30_000, interval: 2 });

/** What `connect` gives when nothing listens. */
export const refused = (): Promise<Channel> =>
  Promise.reject(new ProtocolError("connection_refused", "nothing listens there", { blame: "network" }));

/** What `node` says of its link to `other`. */
export const linkState = (node: TestNode, other: TestNode): LinkState | undefined =>
  node.replica.status().partners.find(({ origin }) => origin === originOf(other))?.state;

/** The status of the first partner. */
export const statusOf = (node: TestNode): PartnerStatus => {
  const [status] = node.replica.status().partners;
  if (status === undefined) throw new Error(`${node.name} has no partner`);
  return status;
};

export const becomes = (node: TestNode, other: TestNode, state: LinkState): Promise<void> =>
  eventually(() => expect(linkState(node, other), statusOf(node).message).toBe(state));

/** Both pull from each other, and have found that there is nothing to do. */
export const link = async (left: TestNode, right: TestNode): Promise<void> => {
  left.replica.setPartners([partner(left, right)]);
  right.replica.setPartners([partner(right, left)]);
  await becomes(left, right, "in-sync");
  await becomes(right, left, "in-sync");
};
