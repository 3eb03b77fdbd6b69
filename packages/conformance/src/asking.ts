import { framed } from "./frame.js";
import { helloMessage, type OwnHello, refreshMessage } from "./own-message.js";
import type { Runner } from "./runner.js";
import { errorOf, expectType, helloOf, readSaid, type Said, type SaidHello, TYPE } from "./said-message.js";
import { readStream, type Stream } from "./stream.js";
import { violation } from "./violation.js";
import type { Connection } from "./wire.js";

export type AskingOptions = Partial<Pick<OwnHello, "domain" | "features" | "replyFrameBytesMax" | "more">>;

/** The runner as consumer, on one connection to the peer. */
export class Asking {
  readonly hello: SaidHello;
  readonly connection: Connection;
  readonly #runner: Runner;

  private constructor(runner: Runner, connection: Connection, hello: SaidHello) {
    this.#runner = runner;
    this.connection = connection;
    this.hello = hello;
  }

  /** Connects, and exchanges hello. */
  static async open(runner: Runner, options: AskingOptions): Promise<Asking> {
    const connection = await runner.wire.connect();
    try {
      const own = {
        server: runner.server,
        domain: runner.domain ?? runner.uuid(),
        clockMicros: runner.now(),
        ...options,
      };
      await connection.write(framed(helloMessage(own)));
      const payload = await connection.receive();
      const hello = helloOf(expectType(payload && readSaid(payload), TYPE.hello, "hello"));
      runner.domain = hello.domain;
      return new Asking(runner, connection, hello);
    } catch (error) {
      await connection.end();
      throw error;
    }
  }

  async ask(payload: Uint8Array): Promise<Said | undefined> {
    await this.connection.write(framed(payload));
    return this.receive();
  }

  async receive(timeoutMs?: number): Promise<Said | undefined> {
    const payload = await this.connection.receive(timeoutMs);
    return payload && readSaid(payload);
  }

  refresh(): Promise<Stream> {
    return this.stream(refreshMessage());
  }

  /** Asks for a stream, and reads all of it. */
  async stream(request: Uint8Array): Promise<Stream> {
    return this.rest(await this.ask(request));
  }

  /** The stream that opened with `first`. */
  rest(first: Said | undefined): Promise<Stream> {
    const { made, refused } = this.#runner;
    const keep = (uuid: string): boolean => made.has(uuid) || refused.has(uuid);
    return readStream(first, () => this.receive(), this.hello.server, keep);
  }

  end(): Promise<void> {
    return this.connection.end();
  }
}

/** The peer has to end the connection; what it says before, if anything, is an `Error` with one of `codes`. */
export const expectRefusal = async (
  connection: Connection,
  what: string,
  ...codes: readonly string[]
): Promise<void> => {
  for (;;) {
    const payload = await connection.receive();
    if (payload === undefined) return;
    const said = readSaid(payload);
    if (said.type !== TYPE.error) violation(`${what}: answered with a message of type ${said.type}`);
    const { code } = errorOf(said);
    if (!codes.includes(code)) violation(`${what}: refused as ${code}, not as ${codes.join(" or ")}`);
  }
};
