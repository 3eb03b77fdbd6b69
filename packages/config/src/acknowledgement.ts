/** The key that has to be `true` before `[replication]` is accepted. */
export const acknowledgementKey = "i_acknowledge_that_replication_is_in_development";

/** The line to write, above the first table. */
export const acknowledgementLine = `${acknowledgementKey} = true`;
