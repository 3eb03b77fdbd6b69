import type { Transaction } from "@concordat/replica";
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
    const { result, changeId, headers } = await write(replica, (transaction) => applyAll(transaction, operations));
    const change = changeId && { changeId: { ts: changeId.ts, server: changeId.server } };
    return jsonResponse({ ...change, results: result }, 200, headers);
  });
};

const applyAll = async (
  transaction: Transaction,
  operations: readonly EntryOperation[],
): Promise<readonly OperationResult[]> => {
  const results: OperationResult[] = [];
  for (const [index, operation] of operations.entries()) results.push(await applyAt(transaction, operation, index));
  return results;
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
