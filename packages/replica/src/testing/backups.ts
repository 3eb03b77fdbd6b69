import type { TestNode } from "./test-topology.js";

/** All bytes of a backup that is made now. */
export const backupOf = async ({ replica }: TestNode): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of replica.backup()) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
};

/** `bytes` in pieces of `size`. */
export async function* inPieces(bytes: Uint8Array, size = 1_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
