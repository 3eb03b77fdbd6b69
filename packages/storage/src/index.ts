export type { Storage } from "./storage.js";
export { StorageError, type StorageErrorCode } from "./storage-error.js";
export type { Batch, KeyRange, Operation, Page, PageLimits, Row, Snapshot, Store, StoreSupport } from "./store.js";
