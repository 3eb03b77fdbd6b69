import {
  type EntryState,
  type ServerUuid,
  type UniqueClaim,
  UUID_BYTES,
  type Uuid,
  uuidFromBytes,
  writeUuid,
} from "@concordat/crdt";
import type { Operation } from "@concordat/storage";
import { contestedKey, NUMBER_BYTES, readNumber, uniqueKey, writeNumber } from "../database/key-space.js";
import type { CreateHash } from "../ports/hash.js";
import { type ClaimKey, claimKeyBytes, claimsOf } from "./claims.js";

/** Anything rows can be read from: a store, a snapshot. */
export interface RowSource {
  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>;
}

type Claims = ReadonlyMap<Uuid, UniqueClaim>;

/** Bytes of one claim in a row. */
export const CLAIM_BYTES = 2 * UUID_BYTES + NUMBER_BYTES;

/** Who claims the values `keys`, in one read. */
export const readClaims = async (source: RowSource, keys: readonly ClaimKey[]): Promise<Map<ClaimKey, Claims>> => {
  if (keys.length === 0) return new Map();
  const rows = await source.getMany(keys.map((key) => uniqueKey(claimKeyBytes(key))));
  return new Map(keys.map((key, index) => [key, claimsOfRow(rows[index])]));
};

export const claimsOfRow = (row: Uint8Array | undefined): Map<Uuid, UniqueClaim> => {
  const claims = new Map<Uuid, UniqueClaim>();
  for (let offset = 0; row && offset < row.length; offset += CLAIM_BYTES) {
    const uuid = uuidFromBytes<Uuid>(row, offset);
    const server = uuidFromBytes<ServerUuid>(row, offset + UUID_BYTES);
    claims.set(uuid, { uuid, changeId: { server, ts: readNumber(row, offset + 2 * UUID_BYTES) } });
  }
  return claims;
};

/** The claims that the entries of one commit give up and make, over those that are stored. */
export class ClaimChanges {
  readonly #unique: readonly string[];
  readonly #createHash: CreateHash;
  readonly #changes = new Map<ClaimKey, Map<Uuid, UniqueClaim | undefined>>();
  readonly #stored = new Map<ClaimKey, Claims>();
  readonly #attributes = new Map<ClaimKey, string>();

  constructor(unique: readonly string[], createHash: CreateHash) {
    this.#unique = unique;
    this.#createHash = createHash;
  }

  /** `before` is replaced by `after`. @returns the values that `after` claims and `before` did not. */
  replace(uuid: Uuid, before: EntryState | undefined, after: EntryState | undefined): ClaimKey[] {
    const gone = claimsOf(before, this.#unique, this.#createHash);
    const made = claimsOf(after, this.#unique, this.#createHash);
    for (const key of gone.keys()) if (!made.has(key)) this.#change(key, uuid, undefined);
    for (const [key, { changeId, attribute }] of made) {
      this.#change(key, uuid, { uuid, changeId });
      this.#attributes.set(key, attribute);
    }
    return [...made.keys()].filter((key) => !gone.has(key));
  }

  /** Who claims the value `key`, as these changes leave it. Its row is loaded. */
  claimants(key: ClaimKey): Claims {
    const claims = new Map(this.#stored.get(key));
    for (const [uuid, claim] of this.#changes.get(key) ?? []) {
      if (claim) claims.set(uuid, claim);
      else claims.delete(uuid);
    }
    return claims;
  }

  /** Of a value that `replace` gave. */
  attributeOf(key: ClaimKey): string | undefined {
    return this.#attributes.get(key);
  }

  /** Reads the rows of all values that change, in one call. */
  async load(source: RowSource): Promise<void> {
    const missing = [...this.#changes.keys()].filter((key) => !this.#stored.has(key));
    for (const [key, claims] of await readClaims(source, missing)) this.#stored.set(key, claims);
  }

  /** The rows as the commit changes them. All are loaded. */
  operations(): Operation[] {
    return [...this.#changes.keys()].flatMap((key) => rowOperations(key, this.claimants(key)));
  }

  #change(key: ClaimKey, uuid: Uuid, claim: UniqueClaim | undefined): void {
    const changes = this.#changes.get(key) ?? new Map();
    this.#changes.set(key, changes.set(uuid, claim));
  }
}

const rowOperations = (key: ClaimKey, claims: Claims): Operation[] => {
  const bytes = claimKeyBytes(key);
  return [
    { key: uniqueKey(bytes), value: claims.size === 0 ? undefined : claimsRow(claims) },
    { key: contestedKey(bytes), value: claims.size < 2 ? undefined : new Uint8Array(0) },
  ];
};

/** The claims of one value as they are stored, in the order of the entries' uuids. */
export const claimsRow = (claims: Claims): Uint8Array => {
  const row = new Uint8Array(claims.size * CLAIM_BYTES);
  let offset = 0;
  for (const { uuid, changeId } of [...claims.values()].sort((left, right) => (left.uuid < right.uuid ? -1 : 1))) {
    writeUuid(uuid, row, offset);
    writeUuid(changeId.server, row, offset + UUID_BYTES);
    writeNumber(changeId.ts, row, offset + 2 * UUID_BYTES);
    offset += CLAIM_BYTES;
  }
  return row;
};
