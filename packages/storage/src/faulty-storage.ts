import { FaultInjector } from "./fault-injector.js";
import type { FaultPlan } from "./fault-plan.js";
import { FaultyStore } from "./faulty-store.js";
import type { Storage } from "./storage.js";
import type { Store } from "./store.js";

export interface FaultyStorage extends Storage {
  /**
   * Cuts the power now, unless it is gone already: unresolved commits are dropped where they have not reached the inner
   * storage, and never resolve. Resolves once the inner storage is closed; open that one again to see what survived.
   */
  losePower(): Promise<void>;
}

/**
 * Passes every call on to `inner`, save where `plan` says that it fails or that the power goes. Commits reach `inner` one
 * by one, so that a power loss finds as many as possible unwritten. Nothing in here is random: a run repeats exactly.
 */
export const faultyStorage = (inner: Storage, plan: FaultPlan): FaultyStorage => new FaultInjectingStorage(inner, plan);

class FaultInjectingStorage implements FaultyStorage {
  readonly #faults: FaultInjector;
  readonly #stores: FaultyStore[] = [];

  constructor(
    private readonly inner: Storage,
    plan: FaultPlan,
  ) {
    this.#faults = new FaultInjector(plan);
  }

  async open(): Promise<string | undefined> {
    this.#faults.assertPower();
    return this.inner.open();
  }

  async names(): Promise<readonly string[]> {
    this.#faults.assertPower();
    return this.inner.names();
  }

  async openStore(name: string): Promise<Store> {
    const store = await this.#faults.run("open_store", name, () => this.inner.openStore(name));
    const faulty = new FaultyStore(store, name, this.#faults);
    this.#stores.push(faulty);
    return faulty;
  }

  makeCurrent(name: string): Promise<void> {
    return this.#faults.run("make_current", name, () => this.inner.makeCurrent(name));
  }

  drop(name: string): Promise<void> {
    return this.#faults.run("drop", name, () => this.inner.drop(name));
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.splice(0).map((store) => store.close()));
    await this.inner.close();
  }

  async losePower(): Promise<void> {
    this.#faults.cutPower();
    await this.inner.close();
  }
}
