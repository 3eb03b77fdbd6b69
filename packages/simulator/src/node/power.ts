/** The life of one process of a node: once it has ended, nothing that it still does reaches the world. */
export class Power {
  #isOn = true;
  #effectsLeft = Number.POSITIVE_INFINITY;
  #counted: "middle" | "commit" = "middle";
  #onEnd: () => void = () => undefined;

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Ends it now, without a word. */
  cut(): void {
    this.#isOn = false;
  }

  /** Ends it in the middle of the `effects`-th thing from now that it does to its disk or the network, or of its commits alone. */
  cutAfter(effects: number, counted: "middle" | "commit", onEnd: () => void): void {
    this.#counted = counted;
    this.#effectsLeft = effects;
    this.#onEnd = onEnd;
  }

  /** Asked before anything that others could see: whether it happens. */
  mayAct(what: "middle" | "commit" = "middle"): boolean {
    if (!this.#isOn) return false;
    if (this.#counted === "commit" && what !== "commit") return true;
    this.#effectsLeft -= 1;
    if (this.#effectsLeft > 0) return true;
    this.#isOn = false;
    this.#onEnd();
    return false;
  }
}

/** What a process that has ended gets from whatever it waits for. */
export const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
