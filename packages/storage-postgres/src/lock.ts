import { StorageError } from "@concordat/storage";
import type { Connection } from "./connection.js";
import { sqlState } from "./medium-error.js";

const LOCK_NOT_AVAILABLE = "55P03";

/**
 * Takes the place of this schema for as long as the session lives, or throws `storage_locked`. It waits a little, for the
 * session of a holder that was killed ends when the server notices.
 */
export const lockPlace = async (connection: Connection, schema: string, waitMs: number): Promise<void> => {
  try {
    await connection.run(`SET lock_timeout = ${Math.max(1, Math.ceil(waitMs))}`);
    await connection.rows(`SELECT pg_advisory_lock(${LOCK_KEY})`, [schema]);
    await connection.run("SET lock_timeout = 0");
  } catch (error) {
    if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
    throw new StorageError(
      "storage_locked",
      `schema ${schema} is open already, by ${await holderOf(connection, schema)}: close it there, or use another schema`,
    );
  }
};

/** Locks hold within one database of a server. */
const LOCK_KEY = "hashtextextended('concordat/' || $1, 0)";

const holderOf = async (connection: Connection, schema: string): Promise<string> => {
  const [holder] = await connection.rows<{ pid: string; client: string | null }>(
    `SELECT a.pid, host(a.client_addr) AS client FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.granted
       AND (l.classid::bigint << 32 | l.objid::bigint) = ${LOCK_KEY}`,
    [schema],
  );
  return holder === undefined
    ? "another session"
    : `a client at ${holder.client ?? "a unix socket"} (server process ${holder.pid})`;
};
