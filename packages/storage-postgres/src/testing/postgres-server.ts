import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, chown, mkdtemp, readdir, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { env, getuid } from "node:process";
import { promisify } from "node:util";
import pg from "pg";
import { pause } from "../system-time.js";

/** A server of its own, on a loopback port, with a database in a temporary folder. */
export interface PostgresServer {
  /** `postgres://…`, without a schema. */
  readonly url: string;
  /** What a query answers, columns as text. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Ends it as a crash does: every session is cut, nothing is written any more. */
  crash(): Promise<void>;
  /** Starts it again at the same address, on what the crash left. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const run = promisify(execFile);

export interface PostgresServerOptions {
  /**
   * Whether commits wait for the disk; true when left out. Without it a server still keeps what it committed when its processes are
   * killed, and comes back at once, where it would sync every file first.
   */
  readonly fsync?: boolean;
}

/** Starts a server for tests, out of the PostgreSQL that this machine has; `undefined` where it has none. */
export const startPostgres = async ({
  fsync = true,
}: PostgresServerOptions = {}): Promise<PostgresServer | undefined> => {
  const programs = await findPrograms();
  if (programs === undefined) return undefined;
  const user = await unprivilegedUser();
  const directory = await mkdtemp(join(tmpdir(), "concordat-postgres-"));
  if (user !== undefined) await chown(directory, user.uid, user.gid);
  const data = join(directory, "data");
  // Its own files need no sync: nothing of it outlives the test.
  const initdb = ["-D", data, "-U", "concordat", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
  await run(join(programs, "initdb"), initdb, { ...user, cwd: directory });
  const port = await freePort();
  const url = `postgres://concordat@127.0.0.1:${port}/postgres`;
  const settings = [
    "listen_addresses=127.0.0.1",
    `port=${port}`,
    `unix_socket_directories=${directory}`,
    `fsync=${fsync}`,
  ];
  const args = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];
  const start = async (): Promise<ChildProcess> => {
    const server = spawn(join(programs, "postgres"), args, { ...user, cwd: directory, stdio: "ignore" });
    await untilReady(url, server);
    return server;
  };
  let server = await start();
  const crash = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGQUIT");
    await ended;
  };
  return {
    url,
    query: async (sql) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query(sql).finally(() => client.end());
      return rows;
    },
    crash,
    restart: async () => {
      server = await start();
    },
    stop: async () => {
      await crash();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

/** On the path, or where Debian and Homebrew keep them. */
const findPrograms = async (): Promise<string | undefined> => {
  const versions = await readdir("/usr/lib/postgresql").catch(() => [] as string[]);
  const folders = [
    ...versions
      .sort((one, other) => Number(other) - Number(one))
      .map((version) => `/usr/lib/postgresql/${version}/bin`),
    ...(env.PATH ?? "").split(delimiter),
    "/opt/homebrew/opt/postgresql/bin",
  ];
  for (const folder of folders) {
    if (await exists(join(folder, "initdb"), join(folder, "postgres"))) return folder;
  }
  return undefined;
};

const exists = (...files: string[]): Promise<boolean> =>
  Promise.all(files.map((file) => access(file))).then(
    () => true,
    () => false,
  );

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. */
const unprivilegedUser = async (): Promise<{ readonly uid: number; readonly gid: number } | undefined> => {
  if (getuid?.() !== 0) return undefined;
  const idOf = async (option: string): Promise<number> => Number((await run("id", [option, "postgres"])).stdout);
  return { uid: await idOf("-u"), gid: await idOf("-g") };
};

/** A server that recovers on a busy disk takes its time. */
const READY_TRIES_MAX = 1_000;

const untilReady = async (url: string, server: ChildProcess): Promise<void> => {
  for (let tries = 0; tries < READY_TRIES_MAX && server.exitCode === null; tries += 1) {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await pause(50);
    }
  }
  throw new Error("the PostgreSQL server for the tests did not start");
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};
