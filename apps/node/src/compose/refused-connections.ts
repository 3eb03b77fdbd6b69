import type { TlsRefusal } from "@concordat/protocol/tls";

/** Connections of one kind from one address that were ended before they were a partner's. */
export interface RefusedConnection {
  /** The protocol error's code. */
  readonly code: string;
  /** What was expected and what came, in a sentence; of the last one. */
  readonly message: string;
  /** The other end's address. */
  readonly from: string;
  /** The partner whose key the other end has proven. */
  readonly partner: string | undefined;
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

interface Remembered extends RefusedConnection {
  readonly toldAtMs: number;
}

const KINDS_MAX = 16;
const REMIND_AFTER_MS = 60_000;

/** The last refusals, for `status`: bounded, whoever knocks however often. */
export class RefusedConnections {
  readonly #byKind = new Map<string, Remembered>();

  /** @returns whether to log it: the first of its kind, and then once a minute. */
  note({ error, remoteAddress, partner }: TlsRefusal, nowMs: number): boolean {
    const key = kindOf(error.message, remoteAddress);
    const known = this.#byKind.get(key);
    const tell = known === undefined || nowMs - known.toldAtMs >= REMIND_AFTER_MS;
    this.#byKind.delete(key);
    this.#byKind.set(key, {
      code: error.code,
      message: error.message,
      from: remoteAddress,
      partner,
      count: (known?.count ?? 0) + 1,
      firstAtMs: known?.firstAtMs ?? nowMs,
      lastAtMs: nowMs,
      toldAtMs: tell ? nowMs : known.toldAtMs,
    });
    const [oldest] = this.#byKind.keys();
    if (this.#byKind.size > KINDS_MAX && oldest !== undefined) this.#byKind.delete(oldest);
    return tell;
  }

  /** The latest first. */
  list(): RefusedConnection[] {
    return [...this.#byKind.values()].reverse().map(({ toldAtMs: _, ...refused }) => refused);
  }
}

/** The message without the other end's port, which is another one each time. */
const kindOf = (message: string, remoteAddress: string): string =>
  remoteAddress === ""
    ? message
    : message
        .split(remoteAddress)
        .map((part) => part.replace(/^\]?:\d+/, ""))
        .join(remoteAddress);
