import * as A from "@automerge/automerge";
import { sampleAttributes, sampleUuid } from "../sample/sample-entries.js";
import type { AttributeChange, SampleRange } from "../subject/node-writes.js";
import type { Subject } from "../subject/subject.js";
import type { Peer, PeerEntry } from "./peer.js";
import { peerSubject } from "./peer-subject.js";

/** Automerge: one document, a map of objects. In memory; documents and changes are bytes that the application carries. */
export const automerge = (): Subject => peerSubject(() => new AutomergePeer());

type Attribute = A.ImmutableString | number;

interface Content {
  readonly entries: Record<string, Record<string, Attribute>>;
}

/** One change for each attribute would take 13 ms of its author, at 10,000 entries. */
const CHANGE_ENTRIES = 100;

class AutomergePeer implements Peer<A.Heads, Uint8Array> {
  #document = newDocument();

  empty(): void {
    A.free(this.#document);
    this.#document = newDocument();
  }

  fill({ from, count }: SampleRange): void {
    this.#document = A.change(this.#document, ({ entries }) => {
      for (let index = from; index < from + count; index += 1) {
        const attributes = Object.entries(sampleAttributes(index));
        entries[sampleUuid(index)] = Object.fromEntries(attributes.map(([name, value]) => [name, attributeOf(value)]));
      }
    });
  }

  change({ from, count, attribute, value }: AttributeChange): void {
    for (let start = 0; start < count; start += CHANGE_ENTRIES) {
      this.#document = A.change(this.#document, ({ entries }) => {
        for (let at = start; at < Math.min(start + CHANGE_ENTRIES, count); at += 1) {
          const entry = entries[sampleUuid(from + at)];
          if (entry) entry[attribute] = attributeOf(`${value} ${at}`);
        }
      });
    }
  }

  seen(): A.Heads {
    return A.getHeads(this.#document);
  }

  offerAll(): Uint8Array {
    return A.save(this.#document);
  }

  offer(seen: A.Heads): Uint8Array {
    return A.saveSince(this.#document, seen);
  }

  takeAll(saved: Uint8Array): void {
    this.#document = A.load<Content>(saved);
  }

  take(changes: Uint8Array): void {
    this.#document = A.loadIncremental(this.#document, changes);
  }

  *entries(): Iterable<PeerEntry> {
    for (const [id, attributes] of Object.entries(this.#document.entries)) yield [id, plain(attributes)];
  }
}

const newDocument = (): A.Doc<Content> => A.from<Content & Record<string, unknown>>({ entries: {} });

/** A string as one value, as ours are: a plain one would be a text, each character of it merged. */
const attributeOf = (value: unknown): Attribute =>
  typeof value === "number" ? value : new A.ImmutableString(String(value));

const plain = (attributes: Readonly<Record<string, Attribute>>): PeerEntry[1] =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === "number" ? value : value.toString()]),
  );
