import type { TimedOffer } from "../peer/peer-subject.js";
import type { RemoteSubject } from "../subject/remote-subject.js";
import type { Subjects } from "./subjects.js";

/**
 * Two replicas of a peer, each in a process of its own. What is timed is what the peer does: what one makes for the other, and
 * the taking over of it. Bytes that a peer leaves to the application to carry cost nothing here.
 */
export class PeerPair {
  readonly left: RemoteSubject;
  readonly right: RemoteSubject;

  constructor(subjects: Subjects, kind: string) {
    this.left = subjects.start(kind);
    this.right = subjects.start(kind);
  }

  /** Left begins anew, with so many entries. */
  async fillLeft(count: number): Promise<void> {
    await this.left.call("empty");
    for (let from = 0; from < count; from += FILL_ENTRIES)
      await this.left.call("fill", { from, count: Math.min(FILL_ENTRIES, count - from) });
  }

  /** Both begin anew, with the same entries. */
  async fillBoth(count: number): Promise<void> {
    await this.fillLeft(count);
    await this.refresh();
  }

  /** Right begins anew and takes over all of left. Resolves to milliseconds. */
  async refresh(): Promise<number> {
    await this.right.call("empty");
    const { ms, offer } = await this.left.call<TimedOffer>("offerAll");
    return ms + (await this.right.call<number>("takeAll", offer));
  }

  /** Right takes over what it lacks. Resolves to milliseconds. */
  async pull(): Promise<number> {
    const { ms, offer } = await this.left.call<TimedOffer>("offer", await this.right.call("seen"));
    return ms + (await this.right.call<number>("take", offer));
  }

  /** Each takes over what it lacks, both at once. Resolves to the milliseconds of the slower one. */
  async pullBothWays(): Promise<number> {
    const seen = await Promise.all([this.left.call("seen"), this.right.call("seen")]);
    const [toRight, toLeft] = await Promise.all([
      this.left.call<TimedOffer>("offer", seen[1]),
      this.right.call<TimedOffer>("offer", seen[0]),
    ]);
    const [leftMs, rightMs] = await Promise.all([
      this.left.call<number>("take", toLeft.offer),
      this.right.call<number>("take", toRight.offer),
    ]);
    return Math.max(toLeft.ms + leftMs, toRight.ms + rightMs);
  }

  async expectEqual(): Promise<void> {
    const [left, right] = await Promise.all([this.left.call("digest"), this.right.call("digest")]);
    if (left !== right) throw new Error("the two replicas are not equal");
  }
}

/** In one transaction: all 100,000 in one would take two of the peers a minute. */
const FILL_ENTRIES = 1_000;
