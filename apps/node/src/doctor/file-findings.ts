import { readdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Config } from "@concordat/config";
import { type Identity, identityFilePath, loadIdentity } from "@concordat/identity";
import { codeOf } from "../describe-failure.js";
import { formatBytes } from "../terminal/quantity.js";
import { type Finding, finding } from "./finding.js";

/** What the files of a node tell, and the identity that is among them. */
export interface FileExamination {
  readonly findings: readonly Finding[];
  readonly identity: Identity | undefined;
}

/** Rights, identity, room: whether the daemon runs or not. Changes nothing. */
export const examineFiles = async (file: string, config: Config): Promise<FileExamination> => {
  const { identity, findings } = await examineIdentity(config);
  return {
    identity,
    findings: [
      ...(await openFindings("config-open", file, 0o022, "go-w")),
      ...(await directoryFindings(config)),
      ...findings,
      ...(await diskFindings(config.dbPath)),
      ...(await discardedFindings(config.dbPath)),
    ],
  };
};

const modeOf = async (path: string): Promise<number | undefined> => (await stat(path).catch(() => undefined))?.mode;

/** Those of the rights `mask` that others have, and should not. */
const openFindings = async (
  code: "config-open" | "database-directory-open",
  path: string,
  mask: number,
  change: string,
): Promise<Finding[]> => {
  const mode = await modeOf(path);
  if (mode === undefined || (mode & mask) === 0) return [];
  const message = `${path} has the rights ${(mode & 0o777).toString(8).padStart(4, "0")}`;
  return [
    finding(code, path, message, {
      remedy: "take from others what they do not need",
      command: `chmod ${change} ${path}`,
    }),
  ];
};

const directoryFindings = async ({ dbPath, adminBindPath }: Config): Promise<Finding[]> => {
  const directories = new Set([dbPath, dirname(adminBindPath)]);
  const found = await Promise.all(
    [...directories].map((path) => openFindings("database-directory-open", path, 0o077, "700")),
  );
  return found.flat();
};

const examineIdentity = async ({ dbPath, replication }: Config): Promise<FileExamination> => {
  if (replication === undefined) return { identity: undefined, findings: [] };
  const path = identityFilePath(dbPath);
  try {
    const identity = await loadIdentity(dbPath);
    return { identity, findings: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const found =
      codeOf(error) === "key_file_permissions"
        ? finding("key-file-open", path, message, { command: `chmod 600 ${path}` })
        : finding("identity-unusable", path, message, {
            remedy:
              "bring the file back from where it was saved; without it, move it away: the daemon makes a new identity, whose certificate each partner has to pin",
          });
    return { identity: undefined, findings: [found] };
  }
};

const diskFindings = async (dbPath: string): Promise<Finding[]> => {
  const room = await statfs(dbPath).catch(() => undefined);
  if (room === undefined) return [];
  const [freeBytes, totalBytes] = [room.bavail * room.bsize, room.blocks * room.bsize];
  return diskFindingsOf({ path: dbPath, freeBytes, totalBytes, databaseBytes: await sizeOf(dbPath) });
};

const FREE_BYTES_MIN = 256 * 1024 * 1024;

/** A second database, or a little, has to fit. Pure. */
export const diskFindingsOf = (disk: {
  readonly path: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly databaseBytes: number;
}): Finding[] => {
  const { path, freeBytes, totalBytes, databaseBytes } = disk;
  const neededBytes = Math.max(Math.min(FREE_BYTES_MIN, totalBytes / 10), databaseBytes);
  if (freeBytes >= neededBytes) return [];
  const message = `${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} are free, and the database has ${formatBytes(databaseBytes)}`;
  return [
    finding("disk-low", path, message, {
      remedy: `make room for ${formatBytes(neededBytes)} at least, or move db_path to a larger disk`,
    }),
  ];
};

/** Bytes on disk of what lies in `path`; the store's files may be sparse. */
const sizeOf = async (path: string): Promise<number> => {
  const names = await readdir(path, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(path, name)).catch(() => undefined);
      return found?.isFile() ? found.blocks * 512 : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
};

const discardedFindings = async (dbPath: string): Promise<Finding[]> => {
  const names = (await readdir(dbPath).catch(() => [])).filter((name) => /^discarded-.*\.ndjson$/.test(name));
  return names.map((name) => {
    const path = join(dbPath, name);
    return finding("discarded-entries-kept", path, `${path} holds entries that a refresh or a restore discarded`, {
      remedy: "look at them; import what is still wanted, then delete the file",
      command: `concordat import ${path}`,
    });
  });
};
