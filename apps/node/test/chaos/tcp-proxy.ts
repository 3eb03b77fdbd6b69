import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What the network does to bytes on their way; for connections that are open, and those to come. */
export type Weather =
  | { readonly kind: "fair" }
  /** Connections are taken and reset at once. */
  | { readonly kind: "refusing" }
  /** Each connection is reset once so many bytes have passed, in both directions together. */
  | { readonly kind: "cutting"; readonly afterBytes: () => number }
  /** Connections stay open, and nothing passes. */
  | { readonly kind: "black-hole" }
  /** Only what clients say passes. */
  | { readonly kind: "half-open" }
  | { readonly kind: "slow"; readonly delayMs: number; readonly bytesPerSecond: number };

/** A network between a client and a server on this machine, which a test can spoil. */
export class TcpProxy {
  weather: Weather = { kind: "fair" };
  connections = 0;
  bytes = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #wakers = new Set<() => void>();

  private constructor(private readonly targetPort: number) {
    this.#server = createServer({ pauseOnConnect: true }, (client) => this.#accept(client));
  }

  static async to(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { readonly port: number }).port;
  }

  /** From now on; what a black hole held back goes on. */
  change(weather: Weather): void {
    this.weather = weather;
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
  }

  /** Resets every connection. */
  cut(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.change({ kind: "fair" });
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    this.connections += 1;
    const isRefused = this.weather.kind === "refusing";
    this.#own(client);
    if (isRefused) {
      client.resetAndDestroy();
      return;
    }
    const server = this.#own(connect({ host: "127.0.0.1", port: this.targetPort }));
    const budget = { left: this.weather.kind === "cutting" ? this.weather.afterBytes() : Number.POSITIVE_INFINITY };
    const end = (): void => {
      client.resetAndDestroy();
      server.resetAndDestroy();
    };
    void this.#forward(client, server, budget, end, "client");
    void this.#forward(server, client, budget, end, "server");
  }

  async #forward(
    from: Socket,
    to: Socket,
    budget: { left: number },
    end: () => void,
    side: "client" | "server",
  ): Promise<void> {
    try {
      for await (const piece of from as AsyncIterable<Buffer>) {
        await this.#pass(side);
        const passing = piece.subarray(0, Math.max(0, budget.left));
        budget.left -= passing.length;
        await this.#write(to, passing);
        if (budget.left <= 0) return end();
      }
      to.end();
    } catch {
      end();
    }
  }

  /** Until the weather lets it. */
  async #pass(side: "client" | "server"): Promise<void> {
    while (this.weather.kind === "black-hole" || (this.weather.kind === "half-open" && side === "server"))
      await new Promise<void>((resolve) => this.#wakers.add(resolve));
  }

  async #write(to: Socket, bytes: Buffer): Promise<void> {
    const { weather } = this;
    const step = weather.kind === "slow" ? Math.max(1, Math.round(weather.bytesPerSecond / 20)) : bytes.length;
    if (weather.kind === "slow") await sleep(weather.delayMs);
    for (let at = 0; at < bytes.length; at += step) {
      const part = bytes.subarray(at, at + step);
      this.bytes += part.length;
      if (!to.write(part)) await new Promise((resolve) => to.once("drain", resolve).once("close", resolve));
      if (weather.kind === "slow") await sleep(50);
    }
  }

  #own(socket: Socket): Socket {
    this.#open.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => this.#open.delete(socket));
    return socket;
  }
}
