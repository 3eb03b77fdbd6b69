import { LoroDoc, LoroMap, VersionVector } from "loro-crdt";
import { sampleAttributes, sampleUuid } from "../sample/sample-entries.js";
import type { AttributeChange, SampleRange } from "../subject/node-writes.js";
import type { Subject } from "../subject/subject.js";
import type { Peer, PeerEntry } from "./peer.js";
import { peerSubject } from "./peer-subject.js";

/** Loro: one document, a map of maps. In memory; snapshots and updates are bytes that the application carries. */
export const loro = (): Subject => peerSubject(() => new LoroPeer());

class LoroPeer implements Peer<Uint8Array, Uint8Array> {
  #document = new LoroDoc();

  empty(): void {
    this.#document.free();
    this.#document = new LoroDoc();
  }

  fill({ from, count }: SampleRange): void {
    const entries = this.#entries();
    for (let index = from; index < from + count; index += 1) {
      const entry = entries.setContainer(sampleUuid(index), new LoroMap());
      for (const [name, value] of Object.entries(sampleAttributes(index))) entry.set(name, value);
    }
    this.#document.commit();
  }

  change({ from, count, attribute, value }: AttributeChange): void {
    const entries = this.#entries();
    for (let at = 0; at < count; at += 1) {
      entries.get(sampleUuid(from + at))?.set(attribute, `${value} ${at}`);
      this.#document.commit();
    }
  }

  seen(): Uint8Array {
    return this.#document.oplogVersion().encode();
  }

  offerAll(): Uint8Array {
    return this.#document.export({ mode: "snapshot" });
  }

  offer(seen: Uint8Array): Uint8Array {
    return this.#document.export({ mode: "update", from: VersionVector.decode(seen) });
  }

  /** A snapshot is decoded as it is read: so all of it is. */
  takeAll(snapshot: Uint8Array): void {
    this.#document.import(snapshot);
    this.#document.toJSON();
  }

  take(update: Uint8Array): void {
    this.#document.import(update);
  }

  entries(): Iterable<PeerEntry> {
    return Object.entries(this.#entries().toJSON() as Record<string, Record<string, unknown>>);
  }

  #entries(): LoroMap<Record<string, LoroMap>> {
    return this.#document.getMap("entries") as LoroMap<Record<string, LoroMap>>;
  }
}
