/** One line of a file. */
export interface TextLine {
  /** From 1. */
  readonly number: number;
  /** Without its line end; `undefined` when it is not valid UTF-8. */
  readonly text: string | undefined;
  /** As they stand in the file, without the newline. */
  readonly bytes: Uint8Array;
  /** Bytes of the file up to the end of this line. */
  readonly bytesRead: number;
}

const NEWLINE = 0x0a;

/** The lines of `chunks`, split at newlines; a carriage return before one belongs to it. Memory: the longest line. */
export async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let number = 0;
  let bytesRead = 0;
  let pending: Uint8Array[] = [];
  const lineOf = (tail: Uint8Array): TextLine => {
    const bytes = pending.length === 0 ? tail : Buffer.concat([...pending, tail]);
    pending = [];
    number += 1;
    bytesRead += bytes.length + 1;
    return { number, text: decoded(decoder, bytes), bytes, bytesRead };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      yield lineOf(chunk.subarray(from, end));
      from = end + 1;
    }
    if (from < chunk.length) pending.push(chunk.subarray(from));
  }
  if (pending.length > 0) yield lineOf(new Uint8Array(0));
}

const decoded = (decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes).replace(/\r$/, "");
  } catch {
    return undefined;
  }
};
