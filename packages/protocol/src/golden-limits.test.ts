import { KIND_NAME_BYTES_MAX, type ServerUuid } from "@concordat/crdt";
import { describe, expect, test } from "vitest";
import { decodeEntry } from "./decode-entry.js";
import { RECORD_BYTES_MIN } from "./entry-record.js";
import { FrameReader } from "./frame.js";
import { type Direction, decodeMessage, decodeValue, encodeEntry, encodeMessage, encodeValue } from "./index.js";
import { DEFAULT_LIMITS } from "./limits.js";
import * as messageBounds from "./message-bounds.js";
import { VALUE_CONTAINERS_MAX } from "./scan-value.js";
import { bytesOfPieces, codeOf, hexOf, type Piece, vectorFile } from "./testing/vector-file.js";

interface LimitVector {
  readonly name: string;
  readonly limit: string;
  readonly meaning: string;
  readonly reads: "value" | "entry" | "message" | "frame";
  readonly direction?: Direction;
  readonly frameBytesMax?: number;
  readonly decodeOnly?: true;
  readonly error?: string;
  readonly pieces: readonly Piece[];
}

const { vectors } = vectorFile<{ vectors: LimitVector[] }>("limits");
const { servers, changeMicrosMax } = vectorFile<{ servers: ServerUuid[]; changeMicrosMax: number }>("entries");

/** What the bytes say, written again. */
const readAndWritten = ({ reads, direction = "request", frameBytesMax = 0, pieces }: LimitVector): Uint8Array => {
  const bytes = bytesOfPieces(pieces);
  switch (reads) {
    case "value":
      return encodeValue(decodeValue(bytes));
    case "entry":
      return encodeEntry(decodeEntry(bytes, servers, { ...DEFAULT_LIMITS, changeMicrosMax }), (server) =>
        servers.indexOf(server),
      );
    case "message":
      return Buffer.concat(encodeMessage(decodeMessage(bytes, direction, DEFAULT_LIMITS)));
    case "frame": {
      const reader = new FrameReader({ frameBytesMax });
      reader.push(bytes);
      return Buffer.concat([bytes.subarray(0, 4), reader.next() ?? new Uint8Array()]);
    }
  }
};

describe("limits", () => {
  test.each(vectors.filter(({ error }) => error === undefined))("$name: $meaning", (vector) => {
    const written = readAndWritten(vector);
    if (!vector.decodeOnly) expect(Buffer.compare(written, bytesOfPieces(vector.pieces))).toBe(0);
  });
  test.each(vectors.filter(({ error }) => error !== undefined))("refused: $name, $meaning", (vector) => {
    expect(codeOf(() => readAndWritten(vector))).toBe(vector.error);
  });

  test("each has a vector that is at it, and one that is beyond", () => {
    const onTheWire = Object.keys(DEFAULT_LIMITS).filter((name) => !/Timeout|connections/.test(name));
    const limits = new Set([
      ...onTheWire,
      ...Object.keys(messageBounds),
      ...Object.keys({ KIND_NAME_BYTES_MAX, VALUE_CONTAINERS_MAX, RECORD_BYTES_MIN }),
    ]);
    const limitsOf = (some: readonly LimitVector[]) => new Set(some.map(({ limit }) => limit));
    expect(limitsOf(vectors.filter(({ error }) => error === undefined))).toEqual(limits);
    expect(limitsOf(vectors.filter(({ error }) => error !== undefined))).toEqual(limits);
  });
});

test("a repeated piece is numbered where it asks for it", () => {
  expect(hexOf(bytesOfPieces(["00", { repeat: 2, of: "ff########" }]))).toBe("00ff00000000ff00000001");
});
