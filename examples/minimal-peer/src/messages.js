import { array, binary, boolean, bytesOf, integer, nil, Reader, Refused, text, uuid } from "./message-pack.js";
import { clockMicros, rowBytes, saidRows } from "./replica.js";
import { isWrong } from "./wrong.js";

/* Messages: docs/protocol.md, section 6. */

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
};

export const REQUEST_BYTES_MAX = 64 * 1024;
export const REPLY_BYTES_MAX = 8 * 1024 * 1024;
const ENTRY_BYTES_MAX = 4 * 1024 * 1024;
const SERVERS_MAX = 1_000;
const SUCCESSOR_BYTES_MAX = 4_096;
const REASONS = ["supplier-lags", "critical", "no-overlap", "refreshing", "empty"];

export const message = (type, ...fields) => array(integer(type), ...fields);

export const hello = ({ domain, server }) =>
  message(
    TYPE.hello,
    integer(0),
    text("minimal-peer"),
    uuid(domain),
    uuid(server),
    integer(clockMicros()),
    array(),
    array(integer(REQUEST_BYTES_MAX), integer(REPLY_BYTES_MAX), integer(ENTRY_BYTES_MAX)),
  );

export const error = ({ code = "internal", message: words }) =>
  message(
    TYPE.error,
    text(code),
    text(String(words).slice(0, 300)),
    boolean(code === "clock_skew" || code === "stream_digest"),
  );

export const rowsOf = (rows) => array(...saidRows(rows).map(rowBytes));

export const cursorOf = ({ server, sequence, commit, scan }) =>
  array(
    uuid(server),
    integer(sequence),
    binary(bytesOf(commit)),
    ...(scan ? [array(integer(scan.sequence), uuid(scan.uuid))] : []),
  );

export const optional = (value, write) => (value === undefined ? nil : write(value));

/** Reads one message of the other side: its type, and its fields by name. */
export const readMessage = (payload, allowed) => {
  const reader = new Reader(payload);
  const shape = (words) => {
    throw new Refused("shape", words);
  };
  /** An array of at least `least`, what is beyond passed over. */
  const fields = (least, read, found = reader.array()) => {
    if (found < least) shape("a field is missing");
    const value = read();
    for (let index = least; index < found; index += 1) {
      if (isWrong("strict-fields") && allowed.includes(TYPE.ping)) shape("more fields than this peer knows");
      if (isWrong("accepts-extensions") && reader.peek() === 0xd4) reader.take(3);
      else reader.skip();
    }
    return value;
  };
  const hex = (length) => reader.binary(length).toString("hex");
  const maybe = (read) => (reader.nil() ? undefined : read());
  const words = (most) => {
    const value = reader.text();
    return Buffer.byteLength(value) <= most ? value : shape("a text that is too long");
  };
  const oneOf = (known) => {
    const word = reader.text();
    return known.includes(word) ? word : shape("a word that is not known here");
  };
  const list = (most, read) => {
    const count = reader.array();
    if (count > most) shape(`${count} where ${most} is the most`);
    return Array.from({ length: count }, read);
  };
  const distinct = (servers) => (new Set(servers).size === servers.length ? servers : shape("a server twice"));
  const rows = () => {
    const all = list(SERVERS_MAX, () =>
      fields(4, () => {
        const row = [reader.uuid(), { seen: reader.integer(), purged: reader.integer() }];
        Object.assign(
          row[1],
          fields(2, () => ({ at: reader.integer(), hash: hex(8) })),
        );
        return row;
      }),
    );
    distinct(all.map(([server]) => server));
    return new Map(all);
  };
  const scan = () => fields(2, () => ({ sequence: reader.integer(), uuid: reader.uuid() }));
  const cursor = () => {
    const found = reader.array();
    const read = () => {
      const at = { server: reader.uuid(), sequence: reader.integer(), commit: hex(8) };
      const place = found > 3 ? maybe(scan) : undefined;
      if (place && at.sequence > 0) shape("a scan beside a feed number");
      return place ? { ...at, scan: place } : at;
    };
    return fields(Math.min(Math.max(found, 3), 4), read, found);
  };
  const lags = () => list(2 * SERVERS_MAX, () => fields(3, () => [reader.uuid(), reader.integer(), reader.integer()]));
  const record = () => {
    const start = reader.at;
    const opening = reader.peek();
    if (opening !== 0x94 && opening !== 0x95) shape("not a record");
    skipRecord(reader);
    const bytes = payload.subarray(start, reader.at);
    return bytes.length >= 24 && bytes.length <= ENTRY_BYTES_MAX
      ? bytes
      : shape("a record that is too short, or too long");
  };
  const successor = () =>
    fields(2, () => {
      const certificate = reader.binary();
      return certificate.length <= SUCCESSOR_BYTES_MAX
        ? [certificate, hex(64)]
        : shape("a certificate that is too long");
    });
  /** What a peer that renews its certificate says of it; this one pins what it was given. */
  const certificates = () => fields(2, () => [maybe(successor), list(16, () => hex(32))]);
  const READ = {
    [TYPE.hello]: [
      7,
      (found) => ({
        minor: reader.integer(),
        software: words(255),
        domain: reader.uuid(),
        server: reader.uuid(),
        clock: reader.integer(),
        features: list(64, () => words(255)),
        limits: fields(3, () => [reader.integer(), reader.integer(), reader.integer()]),
        certificates: found > 7 ? maybe(certificates) : undefined,
      }),
      8,
    ],
    [TYPE.incremental]: [
      4,
      () => ({ domain: reader.uuid(), digest: maybe(() => hex(32)), rows: rows(), cursor: maybe(cursor) }),
    ],
    [TYPE.refresh]: [1, () => ({ cursor: maybe(cursor) })],
    [TYPE.domainMismatch]: [1, () => ({ domain: reader.uuid() })],
    [TYPE.refreshRequired]: [1, () => ({ lags: lags() })],
    [TYPE.unwilling]: [2, () => ({ lags: lags(), reason: oneOf(REASONS) })],
    [TYPE.begin]: [
      6,
      () => {
        const kind = oneOf(["incremental", "refresh"]);
        const begin = { kind, domain: reader.uuid(), servers: distinct(list(SERVERS_MAX, () => reader.uuid())) };
        Object.assign(begin, { rows: rows(), head: reader.integer() });
        fields(2, () => [reader.integer(), reader.integer()]);
        return begin;
      },
    ],
    [TYPE.chunk]: [2, () => ({ cursor: cursor(), records: reader.list(record) })],
    [TYPE.end]: [3, () => ({ cursor: cursor(), count: reader.integer(), digest: hex(32) })],
    [TYPE.error]: [3, () => ({ code: words(64), words: words(1_000), retryable: reader.boolean() })],
  };
  const count = reader.array() || shape("an array without a type");
  const type = reader.integer();
  if (type !== TYPE.error && !allowed.includes(type)) {
    throw new Refused("unexpected_message", `a message of type ${type}, which is unknown or out of turn`);
  }
  const found = count - 1;
  const [least, read, most = least] = READ[type] ?? [0, () => ({})];
  const value = fields(Math.min(Math.max(found, least), most), () => read(found), found);
  if (!reader.isAtEnd) throw new Refused("frame", "bytes after the message");
  return { ...value, type };
};

/** Finds the end of a record, however deep it is: it is checked when it is read. */
const skipRecord = (reader) => {
  for (let due = 1; due > 0; due -= 1) {
    const token = reader.peek();
    const isMap = token >> 4 === 8 || token === 0xde || token === 0xdf;
    if (isMap) due += 2 * reader.map();
    else if (token >> 4 === 9 || token === 0xdc || token === 0xdd) due += reader.array();
    else reader.skip();
  }
};
