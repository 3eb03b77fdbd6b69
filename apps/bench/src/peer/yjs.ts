import * as Y from "yjs";
import { sampleAttributes, sampleUuid } from "../sample/sample-entries.js";
import type { AttributeChange, SampleRange } from "../subject/node-writes.js";
import type { Subject } from "../subject/subject.js";
import type { Peer, PeerEntry } from "./peer.js";
import { peerSubject } from "./peer-subject.js";

/** Yjs: one document, a map of maps. In memory; updates are bytes that the application carries. */
export const yjs = (): Subject => peerSubject(() => new YjsPeer());

class YjsPeer implements Peer<Uint8Array, Uint8Array> {
  #document = new Y.Doc();

  empty(): void {
    this.#document.destroy();
    this.#document = new Y.Doc();
  }

  fill({ from, count }: SampleRange): void {
    const entries = this.#entries();
    this.#document.transact(() => {
      for (let index = from; index < from + count; index += 1)
        entries.set(sampleUuid(index), new Y.Map(Object.entries(sampleAttributes(index))));
    });
  }

  change({ from, count, attribute, value }: AttributeChange): void {
    const entries = this.#entries();
    for (let at = 0; at < count; at += 1) entries.get(sampleUuid(from + at))?.set(attribute, `${value} ${at}`);
  }

  seen(): Uint8Array {
    return Y.encodeStateVector(this.#document);
  }

  offerAll(): Uint8Array {
    return Y.encodeStateAsUpdate(this.#document);
  }

  offer(seen: Uint8Array): Uint8Array {
    return Y.encodeStateAsUpdate(this.#document, seen);
  }

  takeAll(update: Uint8Array): void {
    Y.applyUpdate(this.#document, update);
  }

  take(update: Uint8Array): void {
    Y.applyUpdate(this.#document, update);
  }

  *entries(): Iterable<PeerEntry> {
    for (const [id, entry] of this.#entries()) yield [id, entry.toJSON()];
  }

  #entries(): Y.Map<Y.Map<unknown>> {
    return this.#document.getMap("entries");
  }
}
