import { createServer } from "node:net";

/** Below those that the system gives away by itself, to connections too. Each worker of vitest has ports of its own. */
const FIRST_PORT = 10_000;
const PORTS_PER_WORKER = 5_000;
const WORKERS = 4;

const worker = Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS;
let next = Math.floor(Math.random() * PORTS_PER_WORKER);

/** A port on the loopback address that nobody listens on at the moment, and that nobody else is given: it is used a moment later. */
export const freePort = async (): Promise<number> => {
  for (let tried = 0; tried < PORTS_PER_WORKER; tried += 1) {
    next = (next + 1) % PORTS_PER_WORKER;
    const port = FIRST_PORT + worker * PORTS_PER_WORKER + next;
    if (await isFree(port)) return port;
  }
  throw new Error("no port is free");
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
