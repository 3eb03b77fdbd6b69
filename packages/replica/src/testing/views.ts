import type { Uuid } from "@concordat/crdt";
import { expect } from "vitest";
import type { Conflict, Entry } from "../index.js";
import type { TestNode } from "./test-topology.js";

/** What readers of `node` see: every live entry, with what is hidden of it. */
export const viewsOf = async ({ replica }: TestNode): Promise<readonly Entry[]> => {
  const entries: Entry[] = [];
  for await (const entry of replica.entries()) entries.push(entry);
  return entries;
};

export const conflictsOf = async ({ replica }: TestNode): Promise<readonly Conflict[]> =>
  (await replica.conflicts({ limit: 1_000 })).conflicts;

/** All show the same entries, with the same hidden, and list the same conflicts: model, section 8, invariant 7. */
export const expectSameViews = async (nodes: readonly TestNode[]): Promise<void> => {
  const [first, ...others] = nodes as [TestNode, ...TestNode[]];
  const [views, conflicts] = [await viewsOf(first), await conflictsOf(first)];
  for (const other of others) {
    expect(await viewsOf(other), other.name).toEqual(views);
    expect(await conflictsOf(other), other.name).toEqual(conflicts);
  }
};

export const shown = async ({ replica }: TestNode, uuid: Uuid): Promise<unknown> =>
  (await replica.get(uuid))?.attributes;

export const hidden = async ({ replica }: TestNode, uuid: Uuid): Promise<readonly string[] | undefined> =>
  (await replica.get(uuid))?.hidden;

export const only = (conflicts: readonly Conflict[]): Conflict => {
  expect(conflicts).toHaveLength(1);
  return conflicts[0] as Conflict;
};

/** `work` at each of the nodes, one after the other in time, without any of them hearing of it. */
export const apart = async <T = unknown>(
  ...work: readonly [TestNode, (node: TestNode) => Promise<T>][]
): Promise<T[]> => {
  const results: T[] = [];
  for (const [index, [node, run]] of work.entries()) {
    node.clock.micros += 1_000 * (index + 1);
    results.push(await run(node));
  }
  return results;
};

/** A node's own way of making an entry, for `apart`. */
export const created =
  (attributes: Parameters<TestNode["replica"]["create"]>[0], uuid?: Uuid) =>
  ({ replica }: TestNode): Promise<Uuid> =>
    replica.create(attributes, uuid && { uuid });
