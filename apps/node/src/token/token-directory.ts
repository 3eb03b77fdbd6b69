import { link, mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../describe-failure.js";
import { syncDirectory } from "../sync-directory.js";
import { isTokenName, isTokenScope, type TokenRecord } from "./access-token.js";

/**
 * The tokens of a node: `<db_path>/tokens/<name>.json`, a file for each (0600 in 0700), so that commands and the daemon
 * need not speak to one another: what is written here counts from the daemon's next look.
 */
export class TokenDirectory {
  readonly #directory: string;

  constructor(dbPath: string) {
    this.#directory = join(dbPath, "tokens");
  }

  /** Keeps a new token; once resolved it survives the loss of power. `false`, and nothing is changed, when the name is taken. */
  async add(record: TokenRecord): Promise<boolean> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const file = this.#file(record.name);
    const draft = `${file}.${process.pid}.new`;
    try {
      await writeSynced(draft, `${JSON.stringify(record)}\n`);
      // A link, not a rename: it never replaces, and what it shows is whole.
      await link(draft, file);
      await rm(this.#usedFile(record.name), { force: true });
      await syncDirectory(this.#directory);
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** By name. */
  async list(): Promise<readonly TokenRecord[]> {
    const files = await readdir(this.#directory).catch(missing([]));
    const names = files.filter((file) => file.endsWith(".json")).map((file) => file.slice(0, -".json".length));
    const records = await Promise.all(names.sort().map((name) => this.find(name)));
    return records.filter((record) => record !== undefined);
  }

  /** Throws when the file is there and is none of a token. */
  async find(name: string): Promise<TokenRecord | undefined> {
    const text = await readFile(this.#file(name), "utf8").catch(missing(undefined));
    if (text === undefined) return undefined;
    const record = parsed(text);
    if (record?.name === name) return record;
    throw new Error(`${this.#file(name)} does not hold a token: revoke ${name}, and create it anew`);
  }

  /** `false` when there is no such token. */
  async remove(name: string): Promise<boolean> {
    try {
      await rm(this.#file(name));
    } catch (error) {
      if (codeOf(error) === "ENOENT") return false;
      throw error;
    }
    await rm(this.#usedFile(name), { force: true });
    await syncDirectory(this.#directory);
    return true;
  }

  async noteUse(name: string, at: Date): Promise<void> {
    await writeFile(this.#usedFile(name), at.toISOString(), { mode: 0o600 });
  }

  /** To the minute; `undefined` for a token that was never used. */
  async lastUsedAt(name: string): Promise<string | undefined> {
    const text = await readFile(this.#usedFile(name), "utf8").catch(missing(undefined));
    return text === "" ? undefined : text;
  }

  #file(name: string): string {
    return join(this.#directory, `${name}.json`);
  }

  #usedFile(name: string): string {
    return join(this.#directory, `${name}.used`);
  }
}

const writeSynced = async (path: string, text: string): Promise<void> => {
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
};

const missing =
  <T>(value: T) =>
  (error: unknown): T => {
    if (codeOf(error) === "ENOENT") return value;
    throw error;
  };

const parsed = (text: string): TokenRecord | undefined => {
  try {
    const record = JSON.parse(text) as TokenRecord;
    return isTokenName(record.name) && isTokenScope(record.scope) && /^[0-9a-f]{64}$/.test(record.sha256)
      ? record
      : undefined;
  } catch {
    return undefined;
  }
};
