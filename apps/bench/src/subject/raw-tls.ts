import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import { connect, createServer, type TLSSocket } from "node:tls";
import { createIdentity } from "@concordat/identity";
import type { Subject } from "./subject.js";

/** TLS 1.3 over loopback as Node.js carries it, without anything of ours but the certificate. */
export const rawTls = (): Subject => ({
  methods: {
    listen: (bytes: number) => listen(bytes),
    receive: (port: number) => receive(port),
    roundTrips: (count: number) => roundTrips(count),
  },
});

const PIECE_BYTES = 1024 * 1024;

/** Sends `bytes` to whoever connects. Resolves to the port. */
const listen = (bytes: number): Promise<number> => serve((socket) => void send(socket, bytes));

const send = async (socket: TLSSocket, bytes: number): Promise<void> => {
  const piece = randomBytes(PIECE_BYTES);
  for (let sent = 0; sent < bytes; sent += PIECE_BYTES) {
    if (!socket.write(piece)) await once(socket, "drain");
  }
  socket.end();
};

/** Milliseconds from the handshake to the last byte. */
const receive = async (port: number): Promise<number> => {
  const socket = await connectTo(port);
  const started = performance.now();
  socket.on("data", () => undefined);
  await once(socket, "end");
  return performance.now() - started;
};

const ROUND_TRIP_BYTES = 100;

/** Milliseconds of each: so many bytes there, and the same back, within this process. */
const roundTrips = async (count: number): Promise<readonly number[]> => {
  const socket = await connectTo(await serve((peer) => void peer.pipe(peer)));
  socket.setNoDelay(true);
  const times: number[] = [];
  for (let round = 0; round < count; round += 1) {
    const started = performance.now();
    socket.write(randomBytes(ROUND_TRIP_BYTES));
    await once(socket, "data");
    times.push(performance.now() - started);
  }
  socket.end();
  return times;
};

const serve = async (onConnection: (socket: TLSSocket) => void): Promise<number> => {
  const { certificate, privateKeyPem } = await createIdentity({
    origin: "repl://127.0.0.1:1",
    nowMs: Date.now(),
    randomBytes,
  });
  const options = { key: privateKeyPem, cert: certificate.pem, minVersion: "TLSv1.3", sigalgs: "ed25519" } as const;
  const server = createServer(options, onConnection);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
};

const connectTo = async (port: number): Promise<TLSSocket> => {
  const socket = connect({ port, host: "127.0.0.1", minVersion: "TLSv1.3", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  return socket;
};
