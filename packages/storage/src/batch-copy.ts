import type { Batch, Operation } from "./store.js";

/** A batch with bytes of its own, so that the caller of `commit` may reuse its buffers at once. */
export const copyBatch = (batch: Batch): Batch => ({ operations: batch.operations.map(copyOperation) });

const copyOperation = ({ key, value }: Operation): Operation => ({
  key: new Uint8Array(key),
  value: value && new Uint8Array(value),
});
