import { afterEach, expect, it } from "vitest";
import { sampleAttributes, sampleUuid } from "../sample/sample-entries.js";
import type { Subject } from "../subject/subject.js";
import { automerge } from "./automerge.js";
import { contentDigest } from "./content-digest.js";
import { loro } from "./loro.js";
import type { TimedOffer } from "./peer-subject.js";
import { pouchdb } from "./pouchdb.js";
import { yjs } from "./yjs.js";

const MERGING = { automerge, loro, yjs };
const PEERS = { ...MERGING, pouchdb };
const ENTRIES = 50;

const opened: Subject[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((subject) => subject.end?.()));
});

it.each(Object.entries(PEERS))("two replicas of %s are equal after each workload", async (_, create) => {
  const [left, right] = [await opening(create), await opening(create)];
  await left("fill", { from: 0, count: ENTRIES });
  await right("takeAll", (await left<TimedOffer>("offerAll")).offer);
  await expectEqual(left, right);

  await left("change", { from: 10, count: 20, attribute: "city", value: "left" });
  await right("take", (await left<TimedOffer>("offer", await right("seen"))).offer);
  await expectEqual(left, right);

  await left("change", { from: 10, count: 20, attribute: "city", value: "once more left" });
  await right("change", { from: 20, count: 20, attribute: "phone", value: "right" });
  expect(await left("digest")).not.toBe(await right("digest"));
  const [toLeft, toRight] = [
    await right<TimedOffer>("offer", await left("seen")),
    await left<TimedOffer>("offer", await right("seen")),
  ];
  await Promise.all([left("take", toLeft.offer), right("take", toRight.offer)]);
  await expectEqual(left, right);
});

it.each(Object.entries(MERGING))("%s has of each side what it wrote", async (_, create) => {
  const [left, right] = [await opening(create), await opening(create)];
  await left("fill", { from: 0, count: 2 });
  await right("takeAll", (await left<TimedOffer>("offerAll")).offer);
  await left("change", { from: 0, count: 1, attribute: "city", value: "left" });
  await right("change", { from: 0, count: 1, attribute: "phone", value: "right" });
  await left("take", (await right<TimedOffer>("offer", await left("seen"))).offer);
  const merged = { ...sampleAttributes(0), city: "left 0", phone: "right 0" };
  const expected = contentDigest([
    [sampleUuid(0), merged],
    [sampleUuid(1), sampleAttributes(1)],
  ]);
  expect(await left("digest")).toBe(expected);
});

it.each(Object.entries(MERGING))("%s merges every attribute in turn", async (_, create) => {
  const subject = await opening(create);
  expect(await subject("merge", { entries: ENTRIES, changes: 12 * ENTRIES + 1 })).toBeGreaterThan(0);
});

type Call = <T = unknown>(method: string, argument?: unknown) => Promise<T>;

const opening = async (create: () => Subject): Promise<Call> => {
  const subject = create();
  opened.push(subject);
  const call: Call = async <T>(method: string, argument?: unknown) =>
    (await subject.methods[method]?.(argument as never)) as T;
  await call("empty");
  return call;
};

const expectEqual = async (left: Call, right: Call): Promise<void> => {
  expect(await left("digest")).toMatch(/^[0-9a-f]{64}$/);
  expect(await left("digest")).toBe(await right("digest"));
};
