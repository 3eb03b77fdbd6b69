import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { freePort } from "./free-port.js";

/** A way to a port of this machine that can be narrowed. */
export interface Throttle {
  readonly port: number;
  /** Lets so many bytes come back from there, over all connections, and then none until it is called again. */
  allow(bytes: number): void;
}

/** Everything passes until `allow` is called. */
export const throttleTo = async (target: number): Promise<Throttle> => {
  const port = await freePort();
  const answers = new Set<Socket>();
  let left = Number.POSITIVE_INFINITY;
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    answers.add(far);
    near.pipe(far);
    far.on("data", (bytes) => {
      near.write(bytes);
      left -= bytes.length;
      if (left <= 0) for (const answer of answers) answer.pause();
    });
    const end = (): void => {
      answers.delete(far);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on("error", end).on("close", end);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return {
    port,
    allow: (bytes) => {
      left = bytes;
      for (const answer of answers) answer.resume();
    },
  };
};
