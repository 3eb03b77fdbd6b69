import { createReadStream } from "node:fs";
import { isAbsolute } from "node:path";
import type { BackupProgress, Replica, RestoreOutcome } from "@concordat/replica";
import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";
import { isJsonObject } from "../http/json/json.js";
import { parseJson } from "../http/json/parse-json.js";
import { Problem } from "../http/problem.js";
import { type JobLine, jobResponse } from "./job-response.js";

export interface RestoreRequest {
  /** An absolute path, which the daemon reads itself. */
  readonly file: string;
  readonly discardLocalChanges: boolean;
}

/** One line of the answer to `POST /v1/admin/restore`. */
export type RestoreLine = JobLine<BackupProgress, RestoreOutcome>;

/** @throws Problem `invalid_body`, JsonError. */
export const readRestoreRequest = async (request: Request): Promise<RestoreRequest> => {
  const body = parseJson(await request.text());
  const { file, discardLocalChanges = false } = isJsonObject(body) ? body : {};
  if (typeof file === "string" && isAbsolute(file) && typeof discardLocalChanges === "boolean")
    return { file, discardLocalChanges };
  throw new Problem("invalid_body", 'write {"file": "/path/of/a/backup", "discardLocalChanges": false}');
};

export interface RestoreContext {
  readonly replica: Replica;
  readonly stopping: AbortSignal;
}

/** When the client goes away before the swap, the restore stops with nothing changed. */
export const restoreResponse = (
  { replica, stopping }: RestoreContext,
  { file, ...options }: RestoreRequest,
): Response =>
  jobResponse<BackupProgress, RestoreOutcome>(stopping, (control) =>
    replica.restore({ backup: backupFile(file), ...options, ...control }),
  );

/** The bytes of a backup, as this process may read them. */
async function* backupFile(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file, { highWaterMark: 256 * 1024 });
  } catch (cause) {
    throw new CommandError(`the daemon cannot read ${file}: ${codeOf(cause)}`, {
      code: "unreadable",
      remedy: "put it where the daemon's user may read it, or stop the daemon first",
      cause,
    });
  }
}
