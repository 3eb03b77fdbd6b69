import { constants, X509Certificate } from "node:crypto";
import { connect, createServer } from "node:tls";
import { Refused } from "./message-pack.js";
import { error, hello, REPLY_BYTES_MAX, REQUEST_BYTES_MAX, readMessage, TYPE } from "./messages.js";
import { isWrong } from "./wrong.js";

/* Transport and frames: docs/protocol.md, sections 1 and 2. */

const ALPN = "concordat/1";

const tlsOptions = ({ key, cert }) => ({
  ...{ key, cert, ca: [], minVersion: "TLSv1.3", maxVersion: "TLSv1.3", sigalgs: "ed25519" },
  ...{ secureOptions: constants.SSL_OP_NO_TICKET, rejectUnauthorized: false },
});

/** Whether the peer has proven the pinned certificate, on a connection of this protocol. Before anything is read or sent. */
const isTrusted = (socket, pin) => {
  const found = socket.getPeerX509Certificate();
  if (found === undefined || socket.isSessionReused() || socket.alpnProtocol !== ALPN) return false;
  if (isWrong("any-certificate")) return true;
  const pinned = new X509Certificate(pin);
  const now = Date.now();
  const isValid = now >= Date.parse(pinned.validFrom) && now <= Date.parse(pinned.validTo);
  const isInOrder = String(socket.authorizationError) === "DEPTH_ZERO_SELF_SIGNED_CERT" && !pinned.ca;
  return found.raw.equals(pinned.raw) && isValid && isInOrder;
};

/** Resolves with a connection to a supplier. */
export const connectTo = ({ host, port, ...identity }) =>
  new Promise((resolve, reject) => {
    const socket = connect({ ...tlsOptions(identity), host, port, ALPNProtocols: [ALPN] });
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      socket.off("error", reject);
      if (isTrusted(socket, identity.pin)) return resolve(new Connection(socket, "consumer"));
      socket.destroy();
      return reject(new Error("the supplier is not the one that is pinned"));
    });
  });

/** Hands every consumer's connection to `onConnection`. */
export const listenOn = ({ host, port, onConnection, ...identity }) =>
  new Promise((resolve, reject) => {
    const server = createServer({ ...tlsOptions(identity), requestCert: true, ALPNProtocols: [ALPN] }, (socket) => {
      if (isTrusted(socket, identity.pin)) onConnection(new Connection(socket, "supplier"));
      else socket.destroy();
    });
    server.on("tlsClientError", (_, socket) => socket.destroy());
    server.once("error", reject);
    server.listen({ host, port }, () => resolve(server));
  });

/** Messages over a socket; one is read at a time. */
class Connection {
  #socket;
  #role;
  #arriving;
  #rest = Buffer.alloc(0);

  constructor(socket, role) {
    this.#socket = socket;
    this.#role = role;
    socket.on("error", () => {});
    this.#arriving = socket[Symbol.asyncIterator]();
  }

  async send(payload) {
    const header = Buffer.alloc(4);
    header.writeUInt32BE(payload.length);
    if (this.#socket.destroyed) throw new Error("the connection has ended");
    if (!this.#socket.write(Buffer.concat([header, payload]))) {
      await new Promise((resolve) => {
        this.#socket.once("drain", resolve);
        this.#socket.once("close", resolve);
      });
    }
  }

  /** The next message, one of the types `allowed`; undefined after the end. */
  async receive(...allowed) {
    const header = await this.#take(4);
    if (header === undefined) return undefined;
    const length = header.readUInt32BE();
    if (length === 0) throw new Refused("frame", "a frame of length 0");
    const most = this.#role === "consumer" ? REPLY_BYTES_MAX : REQUEST_BYTES_MAX;
    if (length > most) throw new Refused("frame_too_large", `a frame of ${length} bytes`);
    const payload = await this.#take(length);
    if (payload === undefined) throw new Refused("frame", "a frame that is cut off");
    const received = readMessage(payload, allowed);
    if (received.type === TYPE.error) throw new Error(`the other side reports ${received.code}: ${received.words}`);
    return received;
  }

  /** Both sides say Hello first, without waiting for the other's. */
  async exchangeHello(replica) {
    const waits = isWrong("waits-for-hello") && this.#role === "supplier";
    if (!waits) await this.send(hello(replica));
    const theirs = await this.receive(TYPE.hello);
    if (theirs === undefined) throw new Error("the other side does not accept this certificate");
    if (waits) await this.send(hello(replica));
    if (theirs.server === replica.server) throw new Error("the other side is a copy of this replica");
    return theirs;
  }

  /** Ends the connection; what the other side got wrong is told to it. */
  end(reason) {
    if (reason instanceof Refused && !this.#socket.destroyed) this.#socket.write(frameOf(error(reason)));
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), 1_000).unref();
  }

  async #take(length) {
    const pieces = [this.#rest];
    let have = this.#rest.length;
    while (have < length) {
      const { value, done } = await this.#arriving.next().catch(() => ({ done: true }));
      if (done) return undefined;
      pieces.push(value);
      have += value.length;
    }
    const all = Buffer.concat(pieces);
    this.#rest = all.subarray(length);
    return all.subarray(0, length);
  }
}

const frameOf = (payload) => {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(payload.length);
  return Buffer.concat([header, payload]);
};
