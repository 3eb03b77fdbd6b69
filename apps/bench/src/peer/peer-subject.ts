import { performance } from "node:perf_hooks";
import { sampleAttributes } from "../sample/sample-entries.js";
import type { MergeSizes } from "../subject/merge-alone.js";
import type { AttributeChange, SampleRange } from "../subject/node-writes.js";
import type { Subject } from "../subject/subject.js";
import { contentDigest } from "./content-digest.js";
import type { Peer } from "./peer.js";

/** What an offer cost. What is in it is for the same peer in another process. */
export interface TimedOffer {
  readonly ms: number;
  readonly offer: unknown;
}

/** A replica of a peer behind the calls that the workloads make. Each `take` resolves to milliseconds. */
export const peerSubject = <Seen, Offer>(create: () => Peer<Seen, Offer>): Subject => {
  const peer = create();
  return {
    methods: {
      empty: () => peer.empty(),
      fill: (range: SampleRange) => peer.fill(range),
      change: (changes: AttributeChange) => peer.change(changes),
      seen: () => peer.seen(),
      offerAll: () => timedOffer(() => peer.offerAll()),
      offer: (seen: Seen) => timedOffer(() => peer.offer(seen)),
      takeAll: (offer: Offer) => timed(() => peer.takeAll(offer)),
      take: (offer: Offer) => timed(() => peer.take(offer)),
      digest: async () => contentDigest(await peer.entries()),
      merge: (sizes: MergeSizes) => mergeAlone(create(), create(), sizes),
    },
    end: async () => peer.end?.(),
  };
};

const timed = async (act: () => unknown): Promise<number> => {
  const started = performance.now();
  await act();
  return performance.now() - started;
};

const timedOffer = async (make: () => unknown): Promise<TimedOffer> => {
  const started = performance.now();
  const offer = await make();
  return { ms: performance.now() - started, offer };
};

/** Milliseconds for one replica to take over the changes of another, of one attribute each, as one update. */
const mergeAlone = async <Seen, Offer>(
  here: Peer<Seen, Offer>,
  there: Peer<Seen, Offer>,
  { entries, changes }: MergeSizes,
): Promise<number> => {
  await here.empty();
  await there.empty();
  await here.fill({ from: 0, count: entries });
  await there.takeAll(await here.offerAll());
  const names = Object.keys(sampleAttributes(0));
  for (let done = 0; done < changes; done += entries) {
    const attribute = names[(done / entries) % names.length] as string;
    await there.change({ from: 0, count: Math.min(entries, changes - done), attribute, value: `changed ${done}` });
  }
  const update = await there.offer(await here.seen());
  const ms = await timed(() => here.take(update));
  if (contentDigest(await here.entries()) !== contentDigest(await there.entries()))
    throw new Error("the replicas are not equal");
  await here.end?.();
  await there.end?.();
  return ms;
};
