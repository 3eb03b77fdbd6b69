import { chmod, mkdir, stat, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import { CommandError } from "../command-error.js";
import { codeOf } from "../describe-failure.js";
import { EXIT_CODE } from "../exit-code.js";

/**
 * Makes `path` free to listen on: its directory exists (0700 when made here), and a socket that a dead daemon left is
 * removed. Throws a `CommandError` when a daemon answers there, when it is something else than a socket, or when anybody may put a
 * socket of his own in its place.
 */
export const freeAdminSocket = async (path: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await refuseOpenDirectory(dirname(path));
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

/** Commands would speak to whoever listens there. Where the directory is sticky, as /tmp is, a socket is its owner's to remove. */
const refuseOpenDirectory = async (directory: string): Promise<void> => {
  const { mode } = await stat(directory);
  if ((mode & 0o002) === 0 || (mode & 0o1000) !== 0) return;
  throw new CommandError(`anybody may replace the admin socket: ${directory} has rights ${octal(mode)}`, {
    exitCode: EXIT_CODE.denied,
    code: "admin_directory_writable",
    remedy: `run: chmod o-w ${directory}`,
  });
};

const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(4, "0");

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
