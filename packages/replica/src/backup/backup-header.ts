import { type DomainUuid, parseUuid, type Ruv, type ServerUuid } from "@concordat/crdt";
import { FORMAT_VERSION } from "../database/meta.js";
import type { Totals } from "../replica-status.js";
import { backupDamaged, backupUnsupported } from "./backup-errors.js";
import { BACKUP_VERSION } from "./backup-format.js";

/** What a backup says of itself, before its content. */
export interface BackupHeader {
  /** When the moment was that it holds, in microseconds since the Unix epoch. */
  readonly createdAtMicros: number;
  /** The program that made it. */
  readonly software: string;
  readonly domainUuid: DomainUuid;
  readonly serverUuid: ServerUuid;
  readonly totals: Totals;
  /** Of each server, up to when its changes are in it, in microseconds. */
  readonly seen: ReadonlyMap<ServerUuid, number>;
}

interface HeaderJson {
  readonly version: number;
  /** Of the rows. */
  readonly databaseFormat: number;
  readonly createdAtMicros: number;
  readonly software: string;
  readonly domainUuid: string;
  readonly serverUuid: string;
  readonly totals: Totals;
  readonly seen: Readonly<Record<string, number>>;
}

export const seenOfRuv = (ruv: Ruv): BackupHeader["seen"] =>
  new Map([...ruv].map(([server, { seen }]) => [server, seen] as const));

export const encodeHeader = ({ seen, ...header }: BackupHeader): Uint8Array => {
  const json: HeaderJson = {
    version: BACKUP_VERSION,
    databaseFormat: FORMAT_VERSION,
    ...header,
    seen: Object.fromEntries(seen),
  };
  return new TextEncoder().encode(JSON.stringify(json));
};

/** @throws ReplicaError `backup_damaged`; `backup_unsupported` for one of another version. */
export const decodeHeader = (bytes: Uint8Array): BackupHeader => {
  const json = parsed(bytes);
  if (json.version !== BACKUP_VERSION)
    throw backupUnsupported(`it has version ${json.version}, and this program reads version ${BACKUP_VERSION}`);
  if (json.databaseFormat !== FORMAT_VERSION)
    throw backupUnsupported(`its rows have format ${json.databaseFormat}, and this program has ${FORMAT_VERSION}`);
  if (!isWhole(json)) throw backupDamaged("its header lacks something");
  const { createdAtMicros, software, domainUuid, serverUuid, totals, seen } = json;
  const servers = Object.entries(seen) as [ServerUuid, number][];
  return { createdAtMicros, software, domainUuid, serverUuid, totals, seen: new Map(servers) };
};

const parsed = (bytes: Uint8Array): Partial<HeaderJson> => {
  try {
    return Object(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw backupDamaged("its header does not read");
  }
};

const isWhole = (json: Partial<HeaderJson>): json is HeaderJson & Omit<BackupHeader, "seen"> => {
  const { createdAtMicros, software, domainUuid, serverUuid, totals, seen } = json;
  const uuids = [domainUuid, serverUuid, ...Object.keys(Object(seen))];
  const numbers = [createdAtMicros, totals?.liveEntries, totals?.tombstones, totals?.recordBytes];
  return (
    typeof software === "string" &&
    typeof seen === "object" &&
    seen !== null &&
    uuids.every((uuid) => typeof uuid === "string" && parseUuid(uuid) === uuid) &&
    [...numbers, ...Object.values(Object(seen))].every(Number.isSafeInteger)
  );
};
