import { ByteArena } from "@concordat/storage";

/** A part of a buffer, as lmdb-js takes a value that is not to be copied: the buffer itself, told where it begins and ends. */
export interface ByteSpan extends Uint8Array {
  start: number;
  end: number;
  /** Where lmdb-js remembers the buffer's address. */
  address?: number;
}

/** What lmdb-js reads into: one buffer that it uses again, of which `length` says how much there is now. */
type ReadBuffer = Uint8Array & { readonly isGlobal?: boolean };

const arena = new ByteArena();

/**
 * How bytes come out of lmdb-js and go into it: as they are. What is read is copied out of its buffer into an arena; `Buffer`s,
 * which it makes otherwise, cost three times as much, and their `slice` would surprise.
 */
export const ROW_VALUES = {
  encode: (span: ByteSpan): ByteSpan => span,
  decode: (bytes: ReadBuffer): Uint8Array =>
    bytes.isGlobal ? copyOf(bytes, 0, bytes.length) : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length),
};

export const ROW_KEYS = {
  writeKey: (key: Uint8Array | ByteSpan, target: Uint8Array, at: number): number => {
    const start = "start" in key ? key.start : 0;
    const end = "end" in key ? key.end : key.length;
    for (let index = start; index < end; index += 1) target[at + index - start] = key[index] as number;
    return at + end - start;
  },
  readKey: (source: Uint8Array, start: number, end: number): Uint8Array => copyOf(source, start, end),
};

const copyOf = (source: Uint8Array, start: number, end: number): Uint8Array => {
  const target = arena.take(end - start);
  target.set(new Uint8Array(source.buffer, source.byteOffset + start, end - start));
  return target;
};
