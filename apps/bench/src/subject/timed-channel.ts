import { performance } from "node:perf_hooks";
import type { Channel } from "@concordat/protocol";

/** One request with the first frame of its answer. */
export interface Exchange {
  /** The message types, as numbers of the protocol. */
  readonly request: number;
  readonly reply: number;
  readonly ms: number;
  /** Of both frames, headers included. */
  readonly bytes: number;
}

const HEADER_BYTES = 4;

/** Notes how long each answer takes, and how many bytes it and its request are. */
export class TimedChannel implements Channel {
  readonly exchanges: Exchange[] = [];
  readonly #channel: Channel;
  #sent: { readonly type: number; readonly bytes: number; readonly atMs: number } | undefined;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  get partner(): string {
    return this.#channel.partner;
  }

  get traffic(): Channel["traffic"] {
    return this.#channel.traffic;
  }

  send(parts: readonly Uint8Array[]): Promise<void> {
    this.#sent = { type: typeOf(parts[0]), bytes: lengthOf(parts), atMs: performance.now() };
    return this.#channel.send(parts);
  }

  async receive(options?: { readonly idle?: boolean }): Promise<Uint8Array | undefined> {
    const payload = await this.#channel.receive(options);
    const sent = this.#sent;
    this.#sent = undefined;
    if (sent && payload) {
      const ms = performance.now() - sent.atMs;
      const bytes = sent.bytes + lengthOf([payload]);
      this.exchanges.push({ request: sent.type, reply: typeOf(payload), ms, bytes });
    }
    return payload;
  }

  close(reason?: Error): Promise<void> {
    return this.#channel.close(reason);
  }
}

/** A payload is an array that begins with a small number. */
const typeOf = (payload: Uint8Array | undefined): number => payload?.[1] ?? -1;

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, HEADER_BYTES);
