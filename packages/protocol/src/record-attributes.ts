import { isMapOpening } from "./entry-record.js";
import { itemEnd } from "./item-end.js";
import { decodeName } from "./name-cache.js";
import { WireReader } from "./wire-reader.js";

/** The attributes of a validated record, one after the other in their order, their states undecoded. */
export class RecordAttributes {
  readonly #reader: WireReader;
  #left: number;
  /** Of the attribute that it is at; `undefined` behind the last. */
  name: string | undefined;
  /** Where that attribute begins in the record, its name included, and where it ends. */
  start = 0;
  end = 0;

  constructor(record: Uint8Array) {
    this.#reader = new WireReader(record);
    const parts = this.#reader.array();
    for (let part = 0; part < IDENTITY_PARTS; part += 1) this.#skip();
    const isLive = isMapOpening(this.#reader.peek());
    if (!isLive) this.#skip();
    this.#left = isLive || parts > BARE_TOMBSTONE_PARTS ? this.#reader.map() : 0;
    this.advance();
  }

  advance(): void {
    if (this.#left === 0) {
      this.name = undefined;
      return;
    }
    this.#left -= 1;
    const reader = this.#reader;
    this.start = reader.at;
    const text = reader.text();
    this.name = decodeName(reader.bytes, text, reader.at);
    this.#skip();
    this.end = reader.at;
  }

  #skip(): void {
    const reader = this.#reader;
    reader.at = itemEnd(reader.bytes, reader.at, reader.end);
  }
}

/** The uuid, when it was created, whose conflict it is. */
const IDENTITY_PARTS = 3;
const BARE_TOMBSTONE_PARTS = 4;
