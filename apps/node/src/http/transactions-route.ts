import { ReplicaError, type Transaction } from "@concordat/replica";
import type { Hono } from "hono";
import type { ApiContext } from "./api-context.js";
import { applyOperation, type EntryOperation, type OperationResult } from "./entry-operation.js";
import { jsonResponse } from "./entry-response.js";
import { problemOfError } from "./problem-of-error.js";
import { readJsonBody } from "./request-body.js";
import { parseTransactionBody } from "./transaction-body.js";
import { write } from "./write-entry.js";

/** Many writes, all or nothing, under one change id; each sees what those before it did. */
export const registerTransactionsRoute = (app: Hono, { replica, bodyBytesMax }: ApiContext): void => {
  app.post("/v1/transactions", async (context) => {
    const operations = parseTransactionBody(await readJsonBody(context, bodyBytesMax));
    const results: OperationResult[] = [];
    const { changeId, headers } = await write(replica, (transaction) =>
      applyAll(transaction, operations, results),
    ).catch((error: unknown) => {
      throw placed(error, results);
    });
    const change = changeId && { changeId: { ts: changeId.ts, server: changeId.server } };
    return jsonResponse({ ...change, results }, 200, headers);
  });
};

const applyAll = async (
  transaction: Transaction,
  operations: readonly EntryOperation[],
  results: OperationResult[],
): Promise<void> => {
  for (const [index, operation] of operations.entries()) results.push(await applyAt(transaction, operation, index));
};

/** Constraints are looked at when all is done: the operation at fault is the last one that wrote the entry they name. */
const placed = (error: unknown, results: readonly OperationResult[]): unknown => {
  if (!(error instanceof ReplicaError) || error.entry === undefined) return error;
  return problemOfError(error).with({ operation: results.findLastIndex(({ uuid }) => uuid === error.entry) });
};

const applyAt = async (
  transaction: Transaction,
  operation: EntryOperation,
  index: number,
): Promise<OperationResult> => {
  try {
    return await applyOperation(transaction, operation);
  } catch (error) {
    throw problemOfError(error).with({ operation: index });
  }
};
