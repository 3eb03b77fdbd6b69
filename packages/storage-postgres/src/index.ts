export {
  type EntryProjection,
  jsonbText,
  type LiveProjectedEntry,
  type ProjectEntries,
  type ProjectedEntry,
} from "./entry-projection.js";
export { type PostgresStorageOptions, postgresStorage } from "./postgres-storage.js";
