import type { Operation } from "@concordat/storage";
import type { Database } from "../database/database.js";
import {
  ALL_CLAIMS,
  ALL_CONTESTED,
  ALL_ENTRIES,
  ALL_INDEX_ROWS,
  ALL_INVALID,
  ALL_MEMBERS,
  ALL_REFERENCES,
} from "../database/key-space.js";
import { constraintsOperation, readConstraintsFingerprint } from "../database/meta.js";
import { pagesOf } from "../database/snapshot-reads.js";
import { stateOf } from "../database/stored-state.js";
import { constraintOperations } from "./constraint-rows.js";
import { fingerprintOf, hasIndex } from "./constraints.js";
import { IndexChanges } from "./index-changes.js";
import { ClaimChanges } from "./unique-index.js";

const INDEX_SPACES = [ALL_CLAIMS, ALL_CONTESTED, ALL_INDEX_ROWS, ALL_INVALID, ALL_MEMBERS, ALL_REFERENCES];

/**
 * Makes the rows that follow from the constraints of `database.index` what they have to be, where they were made by others.
 * In bounded commits, within the writer's turn: that they are whole is written last, so that a crash begins it anew.
 * Validators are functions, which may have changed unseen: with any, the rows are made at every call. O(entries).
 */
export const ensureConstraintIndex = async (database: Database): Promise<void> => {
  const { constraints } = database.index;
  const fingerprint = hasIndex(constraints) ? fingerprintOf(constraints) : undefined;
  const snapshot = await database.store.snapshot();
  try {
    const built = await readConstraintsFingerprint(snapshot);
    if (built === fingerprint && constraints.validators.size === 0) return;
    await database.store.commit({ operations: [constraintsOperation(undefined)] });
    for (const space of INDEX_SPACES) {
      for await (const rows of pagesOf(snapshot, space)) {
        await database.store.commit({ operations: rows.map(({ key }) => ({ key, value: undefined })) });
      }
    }
    if (fingerprint === undefined) return;
    for await (const rows of pagesOf(snapshot, ALL_ENTRIES)) {
      await database.store.commit({
        operations: await rowsOf(
          database,
          rows.map(({ value }) => value),
        ),
      });
    }
    await database.store.commit({ operations: [constraintsOperation(fingerprint)] });
  } finally {
    await snapshot.close();
  }
};

/** What the entries of one page add to the rows that are there. */
const rowsOf = async (database: Database, values: readonly Uint8Array[]): Promise<Operation[]> => {
  const { constraints, createHash } = database.index;
  const operations: Operation[] = [];
  const claims = new ClaimChanges(constraints.unique, createHash);
  const indexed = new IndexChanges(database.index);
  for (const value of values) {
    const state = stateOf(database, value);
    claims.replace(state.uuid, undefined, state);
    indexed.replace(state.uuid, undefined, state);
    operations.push(...constraintOperations(constraints, state.uuid, undefined, state));
  }
  await claims.load(database.store);
  return [...operations, ...claims.operations(), ...(await indexed.operations(database.store))];
};
