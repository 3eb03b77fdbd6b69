import {
  type ChangeId,
  type EntryState,
  elementBytes,
  type UniqueClaim,
  type Uuid,
  visibleKind,
} from "@concordat/crdt";
import { hexadecimal } from "../hexadecimal.js";
import type { CreateHash } from "../ports/hash.js";

/** A value that an entry shows of an attribute: of a set each element, of a register its value. */
export interface ShownValue {
  readonly attribute: string;
  /** Its encoding. */
  readonly bytes: Uint8Array;
  readonly changeId: ChangeId;
}

/** Names one value of one attribute, in as many bytes as no two are expected to share. */
export type ClaimKey = string & { readonly claim: true };

export const CLAIM_KEY_BYTES = 20;

/** Whether `state` is an entry that others may refer to, and that claims values: live, and no conflict itself. */
export const isRegular = (state: EntryState | undefined): boolean =>
  state?.kind === "live" && state.conflictOf === undefined;

/** What `state` shows of the attributes `names`. */
export const shownValues = (state: EntryState, names: readonly string[]): ShownValue[] => {
  const values: ShownValue[] = [];
  for (const attribute of names) {
    const kinds = state.attributes.get(attribute);
    if (kinds === undefined) continue;
    const kind = visibleKind(kinds);
    if (kind === "register" && kinds.register?.value) {
      values.push({ attribute, bytes: kinds.register.value, changeId: kinds.register.changeId });
    }
    if (kind !== "set") continue;
    for (const [key, { changeId, present }] of kinds.set?.elements ?? []) {
      if (present) values.push({ attribute, bytes: elementBytes(key), changeId });
    }
  }
  return values;
};

/** The first bytes of SHA-256 over the name, its length before it, and the value's encoding. */
export const claimKeyOf = ({ attribute, bytes }: Omit<ShownValue, "changeId">, createHash: CreateHash): ClaimKey => {
  const name = new TextEncoder().encode(attribute);
  const hash = createHash();
  hash.update(Uint8Array.of(name.length >> 8, name.length & 0xff));
  hash.update(name);
  hash.update(bytes);
  return hexadecimal(hash.digest().subarray(0, CLAIM_KEY_BYTES)) as ClaimKey;
};

/** The values of unique attributes that `state` claims. */
export const claimsOf = (
  state: EntryState | undefined,
  unique: readonly string[],
  createHash: CreateHash,
): Map<ClaimKey, UniqueClaim & ShownValue> => {
  const claims = new Map<ClaimKey, UniqueClaim & ShownValue>();
  if (state === undefined || unique.length === 0 || !isRegular(state)) return claims;
  for (const value of shownValues(state, unique)) {
    claims.set(claimKeyOf(value, createHash), { uuid: state.uuid as Uuid, ...value });
  }
  return claims;
};

export const claimKeyBytes = (key: ClaimKey): Uint8Array =>
  Uint8Array.from({ length: CLAIM_KEY_BYTES }, (_, index) => Number.parseInt(key.slice(2 * index, 2 * index + 2), 16));

export const claimKeyOfBytes = (bytes: Uint8Array): ClaimKey =>
  hexadecimal(bytes.subarray(0, CLAIM_KEY_BYTES)) as ClaimKey;
