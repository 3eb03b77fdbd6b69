import { binaryOfLength, booleanOf, elementsOf, type Item, integerOf, readItem, textOf } from "./item.js";
import { must, violation } from "./violation.js";

/** The numbers of the messages. Protocol, section 6. */
export const TYPE = {
  hello: 0,
  ping: 1,
  incremental: 2,
  refresh: 3,
  subscribe: 4,
  pong: 16,
  domainMismatch: 17,
  noChanges: 18,
  refreshRequired: 19,
  unwilling: 20,
  begin: 21,
  chunk: 22,
  end: 23,
  changed: 24,
  error: 31,
} as const;

/** A message as it came: its type, and its fields by position. */
export interface Said {
  readonly type: number;
  readonly fields: readonly Item[];
  readonly payload: Uint8Array;
}

export interface SaidHello {
  readonly domain: string;
  readonly server: string;
  readonly clockMicros: number;
  readonly features: readonly string[];
  readonly requestFrameBytesMax: number;
}

export interface SaidRow {
  readonly seen: number;
  readonly purged: number;
  readonly at: number;
  readonly hash: string;
}

export interface SaidCursor {
  readonly server: string;
  readonly sequence: number;
  readonly commit: string;
  readonly scan: { readonly sequence: number; readonly uuid: string } | undefined;
}

/** @throws Violation unless `payload` is a message by its outer shape. */
export const readSaid = (payload: Uint8Array): Said => {
  const [type, ...fields] = elementsOf(readItem(payload), 1, "a message");
  return { type: integerOf(type, "a message's type"), fields, payload };
};

export const nameOfType = (type: number): string =>
  Object.entries(TYPE).find(([, number]) => number === type)?.[0] ?? `type ${type}`;

export const helloOf = ({ fields }: Said): SaidHello => {
  must(fields.length >= 7, `hello has ${fields.length} fields, not 7`);
  integerOf(fields[0], "hello.minor");
  textOf(fields[1], "hello.software", 255);
  const features = elementsOf(fields[5], 0, "hello.features").map((item) => textOf(item, "a feature", 255));
  must(features.length <= 64, `${features.length} features, of which 64 are the most`);
  const limits = elementsOf(fields[6], 3, "hello.limits").map((item) => integerOf(item, "a limit"));
  return {
    domain: binaryOfLength(fields[2], 16, "hello.domain"),
    server: binaryOfLength(fields[3], 16, "hello.server"),
    clockMicros: integerOf(fields[4], "hello.clock"),
    features,
    requestFrameBytesMax: limits[0] as number,
  };
};

export const rowsOf = (item: Item | undefined, what: string): Map<string, SaidRow> => {
  const rows = new Map<string, SaidRow>();
  for (const row of elementsOf(item, 0, what)) {
    const [server, seen, purged, lineage] = elementsOf(row, 4, `a row of ${what}`);
    const [at, hash] = elementsOf(lineage, 2, "a lineage");
    const uuid = binaryOfLength(server, 16, `a server of ${what}`);
    must(!rows.has(uuid), `a server twice in ${what}`);
    rows.set(uuid, {
      seen: integerOf(seen, "seen"),
      purged: integerOf(purged, "purged"),
      at: integerOf(at, "a lineage's time"),
      hash: binaryOfLength(hash, 8, "a lineage's hash"),
    });
  }
  return rows;
};

export const cursorOf = (item: Item | undefined, what: string): SaidCursor => {
  const [server, sequence, commit, scan] = elementsOf(item, 3, what);
  const cursor = {
    server: binaryOfLength(server, 16, `${what}: its server`),
    sequence: integerOf(sequence, `${what}: its sequence`),
    commit: binaryOfLength(commit, 8, `${what}: its commit`),
  };
  if (scan === undefined || scan.kind === "nil") return { ...cursor, scan: undefined };
  must(cursor.sequence === 0, `${what} has a scan beside a feed number`);
  const [number, uuid] = elementsOf(scan, 2, `${what}: its scan`);
  return {
    ...cursor,
    scan: { sequence: integerOf(number, "a scan's sequence"), uuid: binaryOfLength(uuid, 16, "a scan's uuid") },
  };
};

export interface SaidError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

export const errorOf = ({ fields }: Said): SaidError => {
  must(fields.length >= 3, "error has fewer than 3 fields");
  return {
    code: textOf(fields[0], "error.code", 64),
    message: textOf(fields[1], "error.message", 1_000),
    retryable: booleanOf(fields[2], "error.retryable"),
  };
};

/** @throws Violation unless `said` is of that type. */
export const expectType = (said: Said | undefined, type: number, after: string): Said => {
  if (said === undefined) return violation(`${after}: the connection ended in place of ${nameOfType(type)}`);
  if (said.type === type) return said;
  const told = said.type === TYPE.error ? ` (${errorOf(said).code}: ${errorOf(said).message})` : "";
  return violation(`${after}: ${nameOfType(said.type)}${told} in place of ${nameOfType(type)}`);
};
