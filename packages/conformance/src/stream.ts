import { sha256 } from "@noble/hashes/sha2.js";
import { type DescribedRecord, describeRecord } from "./described-record.js";
import { hexOf } from "./hex.js";
import { binaryOfLength, elementsOf, integerOf, textOf } from "./item.js";
import { cursorOf, expectType, rowsOf, type Said, type SaidCursor, type SaidRow, TYPE } from "./said-message.js";
import { must, Violation, violation } from "./violation.js";

/** A stream that the peer supplied; each of its problems is one of the first of its kind, and the concern of one requirement. */
export interface Stream {
  readonly kind: string;
  readonly domain: string;
  readonly servers: readonly string[];
  readonly rows: ReadonlyMap<string, SaidRow>;
  readonly head: number;
  /** Of each chunk. */
  readonly cursors: readonly SaidCursor[];
  readonly end: SaidCursor;
  readonly count: number;
  readonly frameBytesMax: number;
  /** The records that `keep` wanted. */
  readonly records: ReadonlyMap<string, DescribedRecord>;
  readonly problems: {
    readonly record?: string;
    readonly cursor?: string;
    readonly end?: string;
    readonly count?: string;
    readonly digest?: string;
  };
}

/**
 * Reads the rest of a stream that opened with `first`.
 *
 * @param keep whose records are kept; of the others only what they break is.
 */
export const readStream = async (
  first: Said | undefined,
  receive: () => Promise<Said | undefined>,
  supplier: string,
  keep: (uuid: string) => boolean,
): Promise<Stream> => {
  const begin = beginOf(expectType(first, TYPE.begin, "a request"));
  const hash = sha256.create();
  const cursors: SaidCursor[] = [];
  const records = new Map<string, DescribedRecord>();
  const problems: { -readonly [K in keyof Stream["problems"]]: string } = {};
  let count = 0;
  let frameBytesMax = 0;
  let reached = { sequence: 0, scanned: "" };
  for (;;) {
    const said = await receive();
    if (said === undefined) return violation("the connection ended in the middle of a stream");
    frameBytesMax = Math.max(frameBytesMax, said.payload.length);
    if (said.type !== TYPE.chunk) {
      const { fields } = expectType(said, TYPE.end, "a chunk");
      must(fields.length >= 3, "end has fewer than 3 fields");
      const cursor = cursorOf(fields[0], "the cursor of End");
      const told = { count: integerOf(fields[1], "end.count"), digest: binaryOfLength(fields[2], 32, "end.digest") };
      if (cursor.server !== supplier) problems.end ??= "the cursor of End is of another server";
      if (cursor.sequence !== begin.head || cursor.scan) problems.end ??= "the cursor of End is not at the head";
      if (told.count !== count) problems.count ??= `End says ${told.count} records, of ${count}`;
      if (told.digest !== hexOf(hash.digest())) problems.digest ??= "the digest of End is not that of the records";
      return { ...begin, cursors, end: cursor, count, frameBytesMax, records, problems };
    }
    must(said.fields.length >= 2, "chunk has fewer than 2 fields");
    const cursor = cursorOf(said.fields[0], "the cursor of a chunk");
    cursors.push(cursor);
    if (cursor.server !== supplier) problems.cursor ??= "the cursor of a chunk is of another server than Hello says";
    const place = placeOf(cursor);
    if (place.sequence > begin.head)
      problems.cursor ??= `a chunk reaches ${place.sequence}, beyond the head ${begin.head}`;
    if (comparePlaces(reached, place) >= 0) problems.cursor ??= "a chunk's cursor is not beyond that of the one before";
    reached = place;
    for (const item of elementsOf(said.fields[1], 0, "the records of a chunk")) {
      hash.update(said.payload.subarray(item.start, item.end));
      count += 1;
      try {
        const record = describeRecord(item, said.payload, begin.servers);
        if (keep(record.uuid)) records.set(record.uuid, record);
      } catch (error) {
        if (!(error instanceof Violation)) throw error;
        problems.record ??= error.message;
      }
    }
  }
};

const beginOf = ({ fields }: Said) => {
  must(fields.length >= 6, "begin has fewer than 6 fields");
  const [kind, domain, servers, rows, head, estimate] = fields;
  const table = elementsOf(servers, 0, "begin.servers").map((item) => binaryOfLength(item, 16, "a server"));
  must(new Set(table).size === table.length, "a server twice in begin.servers");
  for (const item of elementsOf(estimate, 2, "begin.estimate").slice(0, 2)) integerOf(item, "an estimate");
  return {
    kind: textOf(kind, "begin.kind", 255),
    domain: binaryOfLength(domain, 16, "begin.domain"),
    servers: table,
    rows: rowsOf(rows, "begin.rows"),
    head: integerOf(head, "begin.head"),
  };
};

/** By number, then by the uuid of a scan, of which none comes last. */
const placeOf = ({ sequence, scan }: SaidCursor) =>
  scan ? { sequence: scan.sequence, scanned: scan.uuid } : { sequence, scanned: "g" };

const comparePlaces = (left: ReturnType<typeof placeOf>, right: ReturnType<typeof placeOf>): number => {
  if (left.sequence !== right.sequence) return left.sequence - right.sequence;
  if (left.scanned === right.scanned) return 0;
  return left.scanned < right.scanned ? -1 : 1;
};
