import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";
import { EXIT_CODE } from "../exit-code.js";
import {
  type ImportJournal,
  journalFileOf,
  newJournal,
  RESTART,
  readJournal,
  removeJournal,
  writeJournal,
} from "./import-journal.js";
import type { ImportPlace } from "./import-place.js";

/** What an import reads, and where it remembers how far it has come. */
export interface ImportSource {
  /** As it was named; `-` for stdin. */
  readonly name: string;
  readonly bytes: number | undefined;
  /** What is to be imported, and its journal; `undefined` for what cannot be read again. */
  readonly journal: ImportJournal | undefined;
  /** SHA-256 over what lies before. */
  readonly hash: Hash;
  /** From where the journal ends. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Remembers the place; durable when it resolves. */
  remember(place: ImportPlace): Promise<void>;
  /** Everything is imported: nothing has to be remembered. */
  forget(): Promise<void>;
}

const NOTHING_REMEMBERED = { journal: undefined, remember: async () => undefined, forget: async () => undefined };

export const stdinSource = (): ImportSource => ({
  ...NOTHING_REMEMBERED,
  name: "-",
  bytes: undefined,
  hash: createHash("sha256"),
  chunks: () => process.stdin,
});

export interface FileSourceOptions {
  readonly domainUuid: string;
  /** Whatever was remembered, begin anew. */
  readonly restart: boolean;
  /** Told when nothing can be remembered. */
  readonly warn: (message: string) => void;
}

/** Throws a `CommandError` for a file that does not read, or is not the one that its journal speaks of. */
export const fileSource = async (
  file: string,
  { domainUuid, restart, warn }: FileSourceOptions,
): Promise<ImportSource> => {
  const bytes = await sizeOf(file);
  const found = restart ? undefined : await readJournal(file);
  const hash = found ? await expectSameImport(file, found, domainUuid) : createHash("sha256");
  const journal = found ?? newJournal(domainUuid);
  const source = {
    name: file,
    bytes,
    hash,
    chunks: () => createReadStream(file, { highWaterMark: 256 * 1024, start: journal.bytes }),
  };
  try {
    // Before anything is sent: the uuids of lines that have none follow from it.
    await writeJournal(file, journal);
  } catch (error) {
    warn(`it cannot go on where it stopped if it is cut: ${error instanceof Error ? error.message : String(error)}`);
    return { ...source, ...NOTHING_REMEMBERED };
  }
  return {
    ...source,
    journal,
    remember: (place) => writeJournal(file, { ...journal, ...place }),
    forget: () => removeJournal(file),
  };
};

export const expectFile = async (file: string): Promise<void> => {
  await sizeOf(file);
};

const sizeOf = async (file: string): Promise<number> => {
  const found = await stat(file).catch((cause: unknown) => {
    const reason = codeOf(cause) === "ENOENT" ? "there is no such file" : codeOf(cause);
    throw new CommandError(`cannot read ${file}: ${reason}`, { exitCode: EXIT_CODE.usage, code: "unreadable", cause });
  });
  return found.size;
};

const expectSameImport = async (file: string, journal: ImportJournal, domainUuid: string): Promise<Hash> => {
  const refused = (what: string): CommandError =>
    new CommandError(`${journalFileOf(file)} remembers an import that this cannot go on with: ${what}`, {
      code: "other_import",
      remedy: RESTART,
    });
  if (journal.domainUuid !== domainUuid) throw refused("it was into another database");
  const hash = await hashOf(file, journal.bytes);
  if (hash.copy().digest("hex") === journal.sha256) return hash;
  throw refused(`the file has changed before line ${journal.line + 1}`);
};

/** Of the first `length` bytes. The end of the file stands for a newline. */
const hashOf = async (file: string, length: number): Promise<Hash> => {
  const hash = createHash("sha256");
  if (length === 0) return hash;
  let bytes = 0;
  for await (const chunk of createReadStream(file, { end: length - 1 })) {
    hash.update(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).length;
  }
  if (bytes === length - 1) hash.update("\n");
  return hash;
};
