import { createServer } from "node:net";

/** `preferred` when it is free, any other port otherwise. */
export const freePort = (preferred: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", () => (preferred === 0 ? reject(new Error("no free port")) : resolve(freePort(0))));
    server.listen(preferred, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : preferred;
      server.close(() => resolve(port));
    });
  });
