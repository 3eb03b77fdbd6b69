import { createHash, randomUUID } from "node:crypto";
import { readFile, unlink } from "node:fs/promises";
import { parseUuid, type Uuid } from "@concordat/crdt";
import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";
import { writeWholeFile } from "../keep/whole-file.js";
import type { ImportPlace } from "./import-place.js";

/** What is kept beside a file while it is imported, so that an import that was cut goes on where it stopped. */
export interface ImportJournal extends ImportPlace {
  /** Names this import of this file: the uuids of lines without one follow from it. */
  readonly importUuid: Uuid;
  /** Of the database that it is imported into. */
  readonly domainUuid: string;
}

export const journalFileOf = (file: string): string => `${file}.import`;

export const newJournal = (domainUuid: string): ImportJournal => ({
  importUuid: randomUUID() as Uuid,
  domainUuid,
  line: 0,
  bytes: 0,
  sha256: SHA256_OF_NOTHING,
});

const SHA256_OF_NOTHING = createHash("sha256").digest("hex");

/** `undefined` when there is none. Throws a `CommandError` for one that does not read. */
export const readJournal = async (file: string): Promise<ImportJournal | undefined> => {
  const path = journalFileOf(file);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  const journal = parsed(text);
  if (isJournal(journal)) return journal;
  throw new CommandError(`${path} is no journal of an import`, { code: "journal_damaged", remedy: RESTART });
};

/** What to do where a journal and its file do not fit. */
export const RESTART =
  "pass --restart to import the file from its beginning; lines without a uuid are then new entries";

/** Durable when it resolves. */
export const writeJournal = (file: string, journal: ImportJournal): Promise<void> =>
  writeWholeFile(journalFileOf(file), { force: true }, (append) =>
    append(new TextEncoder().encode(`${JSON.stringify(journal)}\n`)),
  );

export const removeJournal = (file: string): Promise<void> =>
  unlink(journalFileOf(file)).catch((error: unknown) => {
    if (codeOf(error) !== "ENOENT") throw error;
  });

const parsed = (text: string): Partial<ImportJournal> => {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
};

const isJournal = (journal: Partial<ImportJournal>): journal is ImportJournal => {
  const { importUuid, domainUuid, line, bytes, sha256 } = journal;
  return (
    parseUuid(String(importUuid)) !== undefined &&
    [domainUuid, sha256].every((text) => typeof text === "string") &&
    [line, bytes].every(Number.isSafeInteger)
  );
};
