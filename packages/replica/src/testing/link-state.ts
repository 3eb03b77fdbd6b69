import type { LinkState } from "../index.js";
import { originOf, type TestNode } from "./test-topology.js";

/** What `node` says of its link to `other`. */
export const linkState = (node: TestNode, other: TestNode): LinkState | undefined =>
  node.replica.status().partners.find(({ origin }) => origin === originOf(other))?.state;
