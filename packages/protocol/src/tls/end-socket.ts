import type { TLSSocket } from "node:tls";

/** How long the other side may take to end its half after this side has ended its own. */
const LINGER_MS = 1_000;

/**
 * Ends a connection so that what was written arrives: closing a socket on which something is still unread would reset
 * it, and the peer would lose what it has not read yet. So what comes in is thrown away until the peer ends too.
 *
 * @param deliverTimeoutMs how long what is written may take to leave; then the socket is destroyed.
 * @returns when the socket is closed. Never rejects.
 */
export const endSocket = (socket: TLSSocket, deliverTimeoutMs: number = LINGER_MS): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) return resolve();
    const destroy = () => socket.destroy();
    let timer = setTimeout(destroy, deliverTimeoutMs);
    socket.once("finish", () => {
      clearTimeout(timer);
      timer = setTimeout(destroy, LINGER_MS);
    });
    socket.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.on("error", destroy);
    socket.end();
    socket.resume();
  });
