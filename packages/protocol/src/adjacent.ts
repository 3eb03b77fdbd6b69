/** The bytes of all `pieces` as one view, where each lies right behind the one before, in one buffer; `undefined` otherwise. */
export const adjacentSpan = (pieces: readonly Uint8Array[]): Uint8Array | undefined => {
  const [first] = pieces;
  if (first === undefined) return undefined;
  let end = first.byteOffset;
  for (const piece of pieces) {
    if (piece.buffer !== first.buffer || piece.byteOffset !== end) return undefined;
    end += piece.length;
  }
  return new Uint8Array(first.buffer, first.byteOffset, end - first.byteOffset);
};

/** All `pieces`, one after the other: a copy, unless they lie so already. */
export const joinedBytes = (pieces: readonly Uint8Array[]): Uint8Array => adjacentSpan(pieces) ?? copied(pieces);

const copied = (pieces: readonly Uint8Array[]): Uint8Array => {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
};
