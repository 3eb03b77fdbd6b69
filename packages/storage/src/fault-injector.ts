import type { FaultPlan, StorageOperation } from "./fault-plan.js";
import { StorageError } from "./storage-error.js";

/** Runs calls as a plan says, and knows whether there is still power. */
export class FaultInjector {
  readonly #counts = new Map<StorageOperation, number>();
  #power: "on" | "off" | "off_but_applied" = "on";

  constructor(private readonly plan: FaultPlan) {}

  /** Consults the plan for a call. Throws its error; after a power loss that still applies, the call goes ahead. */
  begin(operation: StorageOperation, database: string): void {
    this.assertPower();
    const index = this.#counts.get(operation) ?? 0;
    this.#counts.set(operation, index + 1);
    const fault = this.plan({ operation, database, index });
    if (fault === undefined) return;
    if (fault.kind === "error") throw new StorageError(fault.code, `planned: ${operation} ${index} of ${database}`);
    this.#power = fault.applied ? "off_but_applied" : "off";
    if (!fault.applied) throw powerLoss();
  }

  /** A call that has begun: done unless the power went without it, told only while there is power. */
  async finish<Result>(call: () => Promise<Result>): Promise<Result> {
    if (this.#power === "off") throw powerLoss();
    const result = await call();
    this.assertPower();
    return result;
  }

  async run<Result>(operation: StorageOperation, database: string, call: () => Promise<Result>): Promise<Result> {
    this.begin(operation, database);
    return this.finish(call);
  }

  cutPower(): void {
    if (this.#power === "on") this.#power = "off";
  }

  assertPower(): void {
    if (this.#power !== "on") throw powerLoss();
  }
}

const powerLoss = (): StorageError =>
  new StorageError("store_io", "planned: the power is off; open the inner storage again", { isFinal: true });
