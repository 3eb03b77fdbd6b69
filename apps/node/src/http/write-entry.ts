import type { Committed, Entry, Replica, Transaction } from "@concordat/replica";
import { applyOperation, type EntryOperation, type OperationResult } from "./entry-operation.js";
import { tokenHeaders } from "./wait-for-token.js";

/** A committed write, and the headers that every write answers. */
export interface Written<T> {
  readonly result: T;
  readonly changeId: Committed<T>["changeId"];
  readonly headers: Readonly<Record<string, string>>;
}

/** Runs one transaction. What the token claims includes it, and may include what was committed since. */
export const write = async <T>(
  replica: Replica,
  work: (transaction: Transaction) => Promise<T>,
): Promise<Written<T>> => {
  const { result, changeId } = await replica.transact(work);
  return { result, changeId, headers: tokenHeaders(replica) };
};

/** One operation as a transaction of its own, and the entry as it left it. */
export const writeEntry = (
  replica: Replica,
  operation: EntryOperation,
): Promise<Written<OperationResult & { readonly entry: Entry | undefined }>> =>
  write(replica, async (transaction) => {
    const result = await applyOperation(transaction, operation);
    return { ...result, entry: result.outcome === "deleted" ? undefined : await transaction.get(result.uuid) };
  });
