import { type DomainUuid, type ServerUuid, UUID_BYTES, uuidFromBytes, uuidToBytes } from "@concordat/crdt";
import type { Operation, Snapshot } from "@concordat/storage";
import { ReplicaError } from "../replica-error.js";
import type { Totals } from "../replica-status.js";
import { metaKey, NUMBER_BYTES, readNumber, writeNumber } from "./key-space.js";

/** What a database says of itself. */
export interface Meta {
  readonly domainUuid: DomainUuid;
  readonly serverUuid: ServerUuid;
  /** The largest time, in microseconds, that was issued here or is stored here: the clock's `seen` (model, section 1). */
  readonly clockMicros: number;
  readonly totals: Totals;
  /** The supplier incarnation whose content is being copied; nobody may read such a database as a replica. */
  readonly refreshFrom: ServerUuid | undefined;
}

/** Raised when what is stored changes its meaning. */
export const FORMAT_VERSION = 3;

const KEYS = {
  format: metaKey("format"),
  domain: metaKey("domain"),
  server: metaKey("server"),
  clock: metaKey("clock"),
  totals: metaKey("totals"),
  refreshFrom: metaKey("refresh-from"),
  constraints: metaKey("constraints"),
  paused: metaKey("paused"),
} as const;

export const NO_TOTALS: Totals = { liveEntries: 0, tombstones: 0, recordBytes: 0 };

/** Everything that names a database, for its first commit and for the last of a refresh. */
export const identityOperations = (meta: Pick<Meta, "domainUuid" | "serverUuid" | "refreshFrom">): Operation[] => [
  { key: KEYS.format, value: numberBytes([FORMAT_VERSION]) },
  { key: KEYS.domain, value: uuidToBytes(meta.domainUuid) },
  { key: KEYS.server, value: uuidToBytes(meta.serverUuid) },
  { key: KEYS.refreshFrom, value: meta.refreshFrom && uuidToBytes(meta.refreshFrom) },
];

/** Of the row by which a database says that it is being filled, and what takes it away. */
export const UNFINISHED_KEY = KEYS.refreshFrom;
export const finishedOperation: Operation = { key: UNFINISHED_KEY, value: undefined };

/** What changes with the data. */
export const progressOperations = (clockMicros: number, totals: Totals): Operation[] => [
  { key: KEYS.clock, value: numberBytes([clockMicros]) },
  { key: KEYS.totals, value: numberBytes([totals.liveEntries, totals.tombstones, totals.recordBytes]) },
];

/** Names what the rows of the constraints' index were made by; nothing while they are not whole. */
export const constraintsOperation = (fingerprint: string | undefined): Operation => ({
  key: KEYS.constraints,
  value: fingerprint === undefined ? undefined : new TextEncoder().encode(fingerprint),
});

export const readConstraintsFingerprint = async (snapshot: Snapshot): Promise<string | undefined> => {
  const [bytes] = await snapshot.getMany([KEYS.constraints]);
  return bytes && new TextDecoder().decode(bytes);
};

/** Which partners are paused, and since when, in microseconds. */
export const pausedOperation = (sinceMicros: ReadonlyMap<string, number>): Operation => ({
  key: KEYS.paused,
  value: sinceMicros.size === 0 ? undefined : new TextEncoder().encode(JSON.stringify([...sinceMicros])),
});

export const readPaused = async (snapshot: Snapshot): Promise<ReadonlyMap<string, number>> => {
  const [bytes] = await snapshot.getMany([KEYS.paused]);
  return new Map(bytes && (JSON.parse(new TextDecoder().decode(bytes)) as [string, number][]));
};

/** `undefined` in a new database. @throws ReplicaError `database_corrupt`. */
export const readMeta = async (snapshot: Snapshot): Promise<Meta | undefined> => {
  const names = [KEYS.format, KEYS.domain, KEYS.server, KEYS.clock, KEYS.totals, KEYS.refreshFrom];
  const [format, domain, server, clock, totals, refreshFrom] = await snapshot.getMany(names);
  if (format === undefined) return undefined;
  const version = readNumber(format, 0);
  if (version !== FORMAT_VERSION) {
    throw new ReplicaError(
      "database_corrupt",
      `the database has format ${version} and this program reads format ${FORMAT_VERSION}: run the version that wrote it`,
    );
  }
  const whole =
    domain?.length === UUID_BYTES &&
    server?.length === UUID_BYTES &&
    clock?.length === NUMBER_BYTES &&
    totals?.length === 3 * NUMBER_BYTES;
  if (!whole) {
    throw new ReplicaError(
      "database_corrupt",
      "the database's own description is missing or damaged: restore it, or refresh it from a partner",
    );
  }
  return {
    domainUuid: uuidFromBytes<DomainUuid>(domain),
    serverUuid: uuidFromBytes<ServerUuid>(server),
    clockMicros: readNumber(clock, 0),
    totals: {
      liveEntries: readNumber(totals, 0),
      tombstones: readNumber(totals, NUMBER_BYTES),
      recordBytes: readNumber(totals, 2 * NUMBER_BYTES),
    },
    refreshFrom: refreshFrom && uuidFromBytes<ServerUuid>(refreshFrom),
  };
};

const numberBytes = (numbers: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(numbers.length * NUMBER_BYTES);
  numbers.forEach((value, index) => {
    writeNumber(value, bytes, index * NUMBER_BYTES);
  });
  return bytes;
};
