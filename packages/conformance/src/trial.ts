import { Asking, type AskingOptions } from "./asking.js";
import { MetConsumer } from "./met-consumer.js";
import { Runner, type RunnerOptions } from "./runner.js";
import type { Stream } from "./stream.js";
import { NotTested } from "./violation.js";
import { type Connection, type ConnectOptions, Unreachable } from "./wire.js";

/** One run against one peer, and what was learned of it. */
export class Trial {
  readonly runner: Runner;
  /** The peer as a consumer. */
  readonly consumer: MetConsumer;
  /** An entry with changes of several servers of which this one's is not the newest. */
  olderChange: { readonly uuid: string; readonly server: string } | undefined;
  #refreshed: Promise<Stream> | undefined;

  constructor(options: RunnerOptions) {
    this.runner = new Runner(options);
    this.consumer = new MetConsumer(this.runner);
  }

  /** A connection to the peer as supplier, on which nothing was said yet. @throws NotTested when there is nobody. */
  connect(options?: ConnectOptions): Promise<Connection> {
    return this.#reaching(() => this.runner.wire.connect(options));
  }

  /** A conversation with the peer as supplier, both having said hello. @throws as `connect`. */
  ask(options: AskingOptions = {}): Promise<Asking> {
    return this.#reaching(() => Asking.open(this.runner, options));
  }

  /** All that the peer holds, as one stream; asked for once, until `forget`. @throws NotTested when there is none. */
  refreshed(): Promise<Stream> {
    this.#refreshed ??= this.#refresh();
    return this.#refreshed;
  }

  /** What was read of the peer's content is out of date. */
  forget(): void {
    this.#refreshed = undefined;
  }

  async #refresh(): Promise<Stream> {
    const asking = await this.ask();
    try {
      return await asking.refresh();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new NotTested(`there is no whole stream to look at: ${reason}`, { cause });
    } finally {
      await asking.end();
    }
  }

  async #reaching<T>(reach: () => Promise<T>): Promise<T> {
    try {
      return await reach();
    } catch (error) {
      if (error instanceof Unreachable) throw new NotTested(error.message, { cause: error });
      throw error;
    }
  }
}
