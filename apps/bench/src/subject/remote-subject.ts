import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** What a subject is asked over IPC, and answers. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

export type Reply = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };

/** A subject of a benchmark in a process of its own, so that what is measured of it is its own. */
export class RemoteSubject {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  #calls = 0;

  /** @param kind one of those that `subject-process.ts` knows. */
  constructor(kind: string) {
    const execArgv = process.env.CONCORDAT_BENCH_NODE_OPTIONS?.split(" ") ?? [];
    this.#child = fork(new URL("subject.js", import.meta.url), [kind], { serialization: "advanced", execArgv });
    this.#child.on("message", (reply: Reply) => this.#settle(reply));
    this.#child.on("exit", (code) => this.#failAll(new Error(`the ${kind} process ended with ${code}`)));
  }

  call<T>(method: string, argument?: unknown): Promise<T> {
    this.#calls += 1;
    const id = this.#calls;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: (result) => resolve(result as T), reject });
      this.#child.send({ id, method, argument } satisfies Call);
    });
  }

  /** Ends the process once it has nothing more to do. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.disconnect();
    await exited;
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("error" in reply) waiting?.reject(new Error(reply.error));
    else waiting?.resolve(reply.result);
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
