import { StorageError } from "./storage-error.js";

const DATABASE_NAME = /^[a-z0-9-]{1,64}$/;

/** Whether a database may have this name: `[a-z0-9-]{1,64}`. */
export const isDatabaseName = (name: string): boolean => DATABASE_NAME.test(name);

/** Throws `database_name` unless `name` may name a database. */
export const assertDatabaseName = (name: string): void => {
  if (!isDatabaseName(name))
    throw new StorageError(
      "database_name",
      `${JSON.stringify(name)} cannot name a database: use [a-z0-9-], 1 to 64 of them`,
    );
};
