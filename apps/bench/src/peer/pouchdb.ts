import { rm } from "node:fs/promises";
import { join } from "node:path";
import PouchDB, { type Stored } from "pouchdb";
import { sampleAttributes, sampleUuid } from "../sample/sample-entries.js";
import type { AttributeChange, SampleRange } from "../subject/node-writes.js";
import type { Subject } from "../subject/subject.js";
import { temporaryDirectory } from "../subject/temporary-directory.js";
import type { Peer, PeerEntry } from "./peer.js";
import { peerSubject } from "./peer-subject.js";
import { PouchdbEndpoint } from "./pouchdb-endpoint.js";

/**
 * PouchDB: a document an entry, in LevelDB on the disk, replicated over HTTP without TLS.
 *
 * It writes with LevelDB's default, which hands the data to the operating system and does not wait for the disk: leveldown's
 * README, "db.put", `sync` (boolean, default: false), which PouchDB does not set. So it is not durable.
 */
export const pouchdb = (): Subject => peerSubject(() => new PouchdbPeer());

/** Documents in one step of a replication. Twice as fast as the default of 100, and no slower than more. */
const BATCH_DOCUMENTS = 1_000;

class PouchdbPeer implements Peer<undefined, string> {
  #directory: string | undefined;
  #database: PouchDB | undefined;
  #endpoint: PouchdbEndpoint | undefined;

  async empty(): Promise<void> {
    await this.end();
    this.#directory = temporaryDirectory("pouchdb");
    this.#database = new PouchDB(join(this.#directory, "entries"), { adapter: "leveldb" });
    this.#endpoint = await PouchdbEndpoint.open(this.#database);
  }

  async fill({ from, count }: SampleRange): Promise<void> {
    const documents = Array.from({ length: count }, (_, at) => ({
      _id: sampleUuid(from + at),
      ...sampleAttributes(from + at),
    }));
    await this.#write(documents);
  }

  async change({ from, count, attribute, value }: AttributeChange): Promise<void> {
    const keys = Array.from({ length: count }, (_, at) => sampleUuid(from + at));
    const { rows } = await this.#opened().allDocs({ keys, include_docs: true });
    const changed = rows.map((row, at) => ({ ...stored(row), [attribute]: `${value} ${at}` }));
    await this.#write(changed);
  }

  /** The replication keeps its own checkpoints. */
  seen(): undefined {
    return undefined;
  }

  offerAll(): string {
    return this.offer();
  }

  offer(): string {
    if (!this.#endpoint) throw new Error("the database is not open");
    return this.#endpoint.url;
  }

  takeAll(url: string): Promise<void> {
    return this.take(url);
  }

  async take(url: string): Promise<void> {
    await this.#opened().replicate.from(url, { batch_size: BATCH_DOCUMENTS });
  }

  /** With the revisions that lost to another, so that two are equal only where those are too. */
  async entries(): Promise<Iterable<PeerEntry>> {
    const { rows } = await this.#opened().allDocs({ include_docs: true, conflicts: true });
    return rows.map(stored).map((document) => [document._id, document] as const);
  }

  async end(): Promise<void> {
    await this.#endpoint?.close();
    await this.#database?.close();
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true });
  }

  async #write(documents: readonly { readonly _id: string }[]): Promise<void> {
    const results = await this.#opened().bulkDocs(documents);
    if (results.some(({ error }) => error)) throw new Error("a document was refused");
  }

  #opened(): PouchDB {
    if (!this.#database) throw new Error("the database is not open");
    return this.#database;
  }
}

const stored = ({ doc }: { readonly doc?: Stored }): Stored => {
  if (!doc) throw new Error("there is no such document");
  return doc;
};
