import { expect, test } from "vitest";
import { GroupQueue, type PendingCommit, StorageError } from "./index.js";

/** Keeps what it is given until a test settles it. */
const heldQueue = (groupBytesMax: number) => {
  const groups: { readonly names: readonly string[]; readonly settle: (failure?: StorageError) => void }[] = [];
  const write = (group: readonly PendingCommit<string>[]): Promise<void> =>
    new Promise((written) => {
      const settle = (failure?: StorageError): void => {
        for (const { reject, resolve } of group) failure ? reject(failure) : resolve();
        written();
      };
      groups.push({ names: group.map(({ batch }) => batch), settle });
    });
  return { groups, queue: new GroupQueue<string>(groupBytesMax, write) };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("what waits while a group is on its way goes into the next, in the order of the calls", async () => {
  const { groups, queue } = heldQueue(100);
  const first = [queue.commit("a", 1), queue.commit("b", 1)];
  await turn();
  const second = ["c", "d", "e"].map((name) => queue.commit(name, 1));
  await turn();
  expect(groups.map(({ names }) => names)).toEqual([["a", "b"]]);
  groups[0]?.settle();
  await Promise.all(first);
  await turn();
  expect(groups.map(({ names }) => names)).toEqual([
    ["a", "b"],
    ["c", "d", "e"],
  ]);
  groups[1]?.settle();
  await Promise.all(second);
});

test("a group ends with the commit that fills it", async () => {
  const { groups, queue } = heldQueue(10);
  const commits = ["a", "b", "c", "d"].map((name) => queue.commit(name, 5));
  await turn();
  groups[0]?.settle();
  await turn();
  groups[1]?.settle();
  await Promise.all(commits);
  expect(groups.map(({ names }) => names)).toEqual([
    ["a", "b"],
    ["c", "d"],
  ]);
});

test("it is idle once all are settled, one way or the other, and goes on", async () => {
  const { groups, queue } = heldQueue(10);
  await queue.idle();
  const failed = queue.commit("a", 1);
  const idle = queue.idle();
  await turn();
  groups[0]?.settle(new StorageError("store_full", "no room"));
  await expect(failed).rejects.toMatchObject({ code: "store_full" });
  await idle;
  const again = queue.commit("b", 1);
  await turn();
  groups[1]?.settle();
  await again;
});
