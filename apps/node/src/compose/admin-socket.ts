import { chmod, mkdir, stat, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";
import { EXIT_CODE } from "../exit-code.js";

/**
 * Makes `path` free to listen on: its directory exists (0700 when made here), and a socket that a dead daemon left is
 * removed. Throws a `CommandError` when a daemon answers there, or when it is something else than a socket.
 */
export const freeAdminSocket = async (path: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const found = await stat(path).catch(missingOnly);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new CommandError(`${path} exists and is no socket`, {
      exitCode: EXIT_CODE.badConfiguration,
      code: "admin_socket_path",
      remedy: "set adminbindpath to another path",
    });
  }
  if (await answers(path)) {
    throw new CommandError(`a daemon already serves ${path}`, {
      code: "daemon_already_running",
      remedy: "stop it first, or give this node a db_path and an adminbindpath of its own",
    });
  }
  await unlink(path).catch(missingOnly);
};

/** The socket itself is its owner's alone; Linux checks its rights on connecting. */
export const guardAdminSocket = (path: string): Promise<void> => chmod(path, 0o600);

/** Whether others can reach into the socket's directory, where some systems do not check the socket's own rights. */
export const isAdminDirectoryOpen = async (path: string): Promise<boolean> =>
  ((await stat(dirname(path))).mode & 0o077) !== 0;

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => {
      const code = codeOf(error);
      if (code === "ECONNREFUSED" || code === "ENOENT") resolve(false);
      else reject(error);
    });
  });

const missingOnly = (error: unknown): undefined => {
  if (codeOf(error) === "ENOENT") return undefined;
  throw error;
};
