import type { Row } from "@concordat/storage";
import type { CreateHash } from "../ports/hash.js";
import { backupDamaged } from "./backup-errors.js";
import { BLOCK_BYTES_MAX, BLOCK_KINDS, CHECKSUM_BYTES, LENGTH_BYTES, ROW_HEADER_BYTES } from "./backup-format.js";

/** The checksums of a backup's blocks, each of which covers those before it. */
export class ChecksumChain {
  readonly #createHash: CreateHash;
  #last = new Uint8Array(0);

  constructor(createHash: CreateHash) {
    this.#createHash = createHash;
  }

  /** The checksum of the next block, 32 bytes. `parts` are its length, as it is written, and its payload. */
  next(...parts: readonly Uint8Array[]): Uint8Array {
    const hash = this.#createHash();
    hash.update(this.#last);
    for (const part of parts) hash.update(part);
    this.#last = new Uint8Array(hash.digest());
    return this.#last;
  }

  /** Of the last block: the digest of all. */
  get last(): Uint8Array {
    return this.#last;
  }
}

/** A whole block, but for its checksum, for which there is room at its end. */
export const contentBlock = (kind: number, content: Uint8Array): Uint8Array => {
  const block = openBlock(kind, content.length);
  block.set(content, LENGTH_BYTES + 1);
  return block;
};

export const rowsBlock = (rows: readonly Row[]): Uint8Array => {
  const bytes = rows.reduce((sum, { key, value }) => sum + ROW_HEADER_BYTES + key.length + value.length, 0);
  const block = openBlock(BLOCK_KINDS.rows, bytes);
  const view = new DataView(block.buffer);
  let at = LENGTH_BYTES + 1;
  for (const { key, value } of rows) {
    view.setUint16(at, key.length);
    view.setUint32(at + 2, value.length);
    at += ROW_HEADER_BYTES;
    block.set(key, at);
    at += key.length;
    block.set(value, at);
    at += value.length;
  }
  return block;
};

/** The rows in the content of a block. Views of it. @throws ReplicaError `backup_damaged`. */
export const rowsOfContent = (content: Uint8Array): Row[] => {
  const rows: Row[] = [];
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  let at = 0;
  while (at < content.length) {
    if (at + ROW_HEADER_BYTES > content.length) throw backupDamaged("a row is cut off");
    const keyEnd = at + ROW_HEADER_BYTES + view.getUint16(at);
    const end = keyEnd + view.getUint32(at + 2);
    if (end > content.length) throw backupDamaged("a row is cut off");
    rows.push({ key: content.subarray(at + ROW_HEADER_BYTES, keyEnd), value: content.subarray(keyEnd, end) });
    at = end;
  }
  return rows;
};

const openBlock = (kind: number, contentBytes: number): Uint8Array => {
  const length = 1 + contentBytes;
  if (length > BLOCK_BYTES_MAX)
    throw new RangeError(`a block of ${length} bytes, and a backup may have ${BLOCK_BYTES_MAX}`);
  const block = new Uint8Array(LENGTH_BYTES + length + CHECKSUM_BYTES);
  new DataView(block.buffer).setUint32(0, length);
  block[LENGTH_BYTES] = kind;
  return block;
};
