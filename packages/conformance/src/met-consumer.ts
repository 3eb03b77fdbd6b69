import { digestOf } from "./digest.js";
import { framed } from "./frame.js";
import { hexOf } from "./hex.js";
import { binaryOfLength, type Item } from "./item.js";
import { array, binary, binaryOf, integer, text } from "./message-pack.js";
import { cursorBytes, helloMessage, message, rowsBytes } from "./own-message.js";
import type { Runner } from "./runner.js";
import {
  cursorOf,
  errorOf,
  expectType,
  helloOf,
  nameOfType,
  readSaid,
  rowsOf,
  type Said,
  type SaidCursor,
  type SaidError,
  type SaidHello,
  type SaidRow,
  TYPE,
} from "./said-message.js";
import { must, NotTested, violation } from "./violation.js";
import { type Connection, Silence } from "./wire.js";

/** What the peer asks for as a consumer. */
export interface PullRequest {
  readonly kind: "incremental" | "refresh";
  /** The first of its connection. */
  readonly isFirst: boolean;
  readonly hasDigest: boolean;
  /** What is wrong with the digest, or the rows that it stands for. */
  readonly vectorProblem: string | undefined;
  /** The whole vector. */
  readonly vector: ReadonlyMap<string, SaidRow>;
  readonly cursor: SaidCursor | undefined;
  /** What came before it on this connection: `Subscribe` that was answered with `Changed`. */
  readonly followsChanged: boolean;
}

/** What the runner supplies. */
export interface OwnStream {
  /** The table of the records. */
  readonly servers?: readonly string[];
  readonly records?: readonly Uint8Array[];
  /** Rows that the peer may claim at the end, beyond what the runner has claimed before. */
  readonly claims?: ReadonlyMap<string, SaidRow>;
  /** Ends the connection after the chunk. */
  readonly cut?: boolean;
  /** In place of what is right. */
  readonly lie?: {
    readonly count?: number;
    readonly digest?: Uint8Array;
    readonly endSequence?: number;
    readonly chunkCursor?: SaidCursor;
    /** The same chunk once more. */
    readonly repeated?: boolean;
    /** Whole payloads in place of the stream's. */
    readonly payloads?: readonly Uint8Array[];
  };
  /** Elements of a later version, after the fields of each message and of arrays within. */
  readonly later?: readonly Uint8Array[];
}

const HELLO_MS = 2_000;

/** The peer as a consumer: the runner supplies it, over whatever connections it opens. */
export class MetConsumer {
  readonly #runner: Runner;
  #connection: Connection | undefined;
  #hello: SaidHello | undefined;
  #vector: ReadonlyMap<string, SaidRow> | undefined;
  #isFirst = true;
  #wasChanged = false;
  #sequence = 0;
  /** What the runner's replica has seen, as far as it has supplied it for good. */
  readonly #seen = new Map<string, SaidRow>();
  /** What the peer said when it ended a connection. */
  lastError: SaidError | undefined;
  /** Whether it said its first `Hello` without waiting for the runner's; `undefined` before it was met. */
  saidHelloFirst: boolean | undefined;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /** The next pull of the peer; what else it says meanwhile is answered. @throws NotTested when it does not connect at first. */
  async request(): Promise<PullRequest> {
    for (;;) {
      const connection = await this.#connected();
      const said = await this.#next(connection);
      if (said === undefined) continue;
      switch (said.type) {
        case TYPE.ping:
          await this.#say(message(TYPE.pong));
          break;
        case TYPE.subscribe:
          await this.#say(message(TYPE.changed));
          this.#wasChanged = true;
          break;
        case TYPE.refresh:
          return this.#noted({ ...NO_VECTOR, kind: "refresh", cursor: optionalCursor(said.fields[0]) });
        case TYPE.incremental:
          return this.#incremental(said);
        default:
          violation(`a consumer said ${nameOfType(said.type)}`);
      }
    }
  }

  /** Answers a request. @returns the cursor of its chunk. */
  async supply(request: PullRequest, stream: OwnStream = {}): Promise<SaidCursor> {
    const { records = [], servers = [], claims = new Map<string, SaidRow>(), lie = {}, later = [] } = stream;
    this.#sequence += 1;
    const head = this.#sequence;
    const cursor = {
      server: this.#runner.server,
      sequence: head,
      commit: hexOf(this.#runner.randomBytes(8)),
      scan: undefined,
    };
    const rows = new Map([...request.vector, ...this.#seen, ...claims]);
    const begin = message(
      TYPE.begin,
      text(request.kind),
      binaryOf(this.#hello?.domain ?? ""),
      array(...servers.map(binaryOf)),
      rowsBytes(rows),
      integer(head),
      array(integer(records.length), integer(0), ...later),
      ...later,
    );
    const chunk = message(TYPE.chunk, cursorBytes(lie.chunkCursor ?? cursor), array(...records), ...later);
    const end = message(
      TYPE.end,
      cursorBytes({ ...cursor, sequence: lie.endSequence ?? head }),
      integer(lie.count ?? records.length),
      binary(lie.digest ?? digestOf(...records)),
      ...later,
    );
    const chunks = records.length === 0 ? [] : lie.repeated ? [chunk, chunk] : [chunk];
    for (const payload of lie.payloads ?? [begin, ...chunks, ...(stream.cut ? [] : [end])]) await this.#say(payload);
    if (stream.cut) await this.drop();
    return cursor;
  }

  /** Answers a request with the news that there are none. */
  async answerNothing(request: PullRequest): Promise<void> {
    if (request.kind === "refresh") await this.supply(request);
    else await this.#say(message(TYPE.noChanges));
  }

  /** A pull that brings `stream`, up to its end; and the request that follows. */
  async pulls(
    stream: OwnStream,
  ): Promise<{ readonly before: PullRequest; readonly after: PullRequest; readonly cursor: SaidCursor }> {
    const before = await this.request();
    const cursor = await this.supply(before, stream);
    const after = await this.request();
    for (const [server, row] of stream.claims ?? []) this.#seen.set(server, row);
    await this.answerNothing(after);
    return { before, after, cursor };
  }

  /**
   * A pull that the peer has to refuse: it ends the connection, with an `Error` of one of `codes` or without one, or its next
   * request claims nothing of it.
   */
  async refuses(stream: OwnStream, what: string, ...codes: readonly string[]): Promise<void> {
    const before = await this.request();
    const connection = this.#connection;
    this.lastError = undefined;
    await this.supply(before, stream).catch(() => undefined);
    const after = await this.request();
    const isSameConnection = this.#connection === connection;
    await this.answerNothing(after);
    const { lastError } = this as { lastError: SaidError | undefined };
    if (lastError && !codes.includes(lastError.code)) {
      violation(`${what}: refused as ${lastError.code}, not as ${codes.join(" or ")}`);
    }
    if (!isSameConnection) return;
    for (const [server, { seen }] of stream.claims ?? []) {
      must(seen > (after.vector.get(server)?.seen ?? 0), `${what}: taken for good, and claimed`);
    }
    must((stream.claims?.size ?? 0) > 0, `${what}: taken for good`);
  }

  /** The next message of the peer, whatever it is, on the connection that there is. */
  async nextMessage(): Promise<Said | undefined> {
    return this.#next(await this.#connected());
  }

  say(payload: Uint8Array): Promise<void> {
    return this.#say(payload);
  }

  /** Ends the connection without a word. */
  async drop(): Promise<void> {
    await this.#connection?.end();
    this.#connection = undefined;
  }

  async #connected(): Promise<Connection> {
    while (this.#connection === undefined) {
      const connection = await this.#runner.wire.accept(this.#runner.waitMs);
      if (connection === undefined) {
        const waited = `within ${Math.round(this.#runner.waitMs / 1_000)} s`;
        if (this.#hello === undefined) throw new NotTested(`the peer did not connect as a consumer ${waited}`);
        return violation(`the peer did not connect again ${waited}`);
      }
      if (await this.#exchangesHello(connection)) this.#connection = connection;
      else await connection.end();
    }
    return this.#connection;
  }

  /** Whether both are of one domain by now: the peer's is known only once it was met. */
  async #exchangesHello(connection: Connection): Promise<boolean> {
    const { server } = this.#runner;
    let theirs: Uint8Array | undefined;
    if (this.saidHelloFirst === undefined) {
      theirs = await connection.receive(HELLO_MS).catch(ifSilent);
      this.saidHelloFirst = theirs !== undefined;
      if (theirs) this.#runner.domain = helloOf(expectType(readSaid(theirs), TYPE.hello, "hello")).domain;
    }
    const domain = this.#runner.domain ?? this.#runner.uuid();
    await connection
      .write(framed(helloMessage({ server, domain, clockMicros: this.#runner.now() })))
      .catch(() => undefined);
    theirs ??= await connection.receive();
    if (theirs === undefined) return false;
    const hello = helloOf(expectType(readSaid(theirs), TYPE.hello, "hello"));
    this.#hello = hello;
    this.#runner.domain = hello.domain;
    this.#isFirst = true;
    this.#wasChanged = false;
    this.#vector = undefined;
    return hello.domain === domain;
  }

  /** `undefined` once the connection is gone. */
  async #next(connection: Connection): Promise<Said | undefined> {
    const payload = await connection.receive(this.#runner.waitMs);
    const said = payload && readSaid(payload);
    if (said !== undefined && said.type !== TYPE.error) return said;
    if (said) this.lastError = errorOf(said);
    await this.drop();
    return undefined;
  }

  async #say(payload: Uint8Array): Promise<void> {
    await this.#connection?.write(framed(payload));
  }

  #incremental({ fields }: Said): PullRequest {
    must(fields.length >= 4, "incremental has fewer than 4 fields");
    const [domain, digest, rows, cursor] = fields;
    must(
      binaryOfLength(domain, 16, "incremental.domain") === this.#hello?.domain,
      "a request of another domain than Hello's",
    );
    const told = rowsOf(rows, "incremental.rows");
    const hasDigest = digest?.kind !== "nil";
    const vector = new Map([...(hasDigest ? (this.#vector ?? []) : []), ...told]);
    let vectorProblem: string | undefined;
    if (hasDigest && this.#isFirst)
      vectorProblem = "the first request of a connection has a digest in place of the whole vector";
    if (hasDigest && binaryOfLength(digest, 32, "frozenDigest") !== vectorDigest(vector)) {
      vectorProblem = "the digest is not that of the vector that the rows make of the one before";
    }
    return this.#noted({ kind: "incremental", vector, vectorProblem, hasDigest, cursor: optionalCursor(cursor) });
  }

  #noted(asked: Omit<PullRequest, "isFirst" | "followsChanged">): PullRequest {
    const request = { ...asked, isFirst: this.#isFirst, followsChanged: this.#wasChanged };
    this.#vector = request.vector;
    this.#isFirst = false;
    this.#wasChanged = false;
    return request;
  }
}

const NO_VECTOR = { vector: new Map<string, SaidRow>(), vectorProblem: undefined, hasDigest: false };

const optionalCursor = (item: Item | undefined): SaidCursor | undefined =>
  item?.kind === "nil" ? undefined : cursorOf(item, "the cursor of a request");

/** Protocol, section 9. */
export const vectorDigest = (rows: ReadonlyMap<string, SaidRow>): string => {
  const said = [...rows].filter(([, { seen, purged }]) => seen > 0 || purged > 0);
  const ascending = said.sort(([left], [right]) => (left < right ? -1 : 1));
  return hexOf(digestOf(rowsBytes(new Map(ascending))));
};

const ifSilent = (error: unknown): undefined => {
  if (error instanceof Silence) return undefined;
  throw error;
};
