/** Holds whoever passes until it is opened, and tells that somebody has come. */
export class Gate {
  readonly passed: Promise<void>;
  readonly reached: Promise<void>;
  #open: () => void = () => undefined;
  #reach: () => void = () => undefined;

  constructor() {
    this.passed = new Promise((resolve) => {
      this.#open = resolve;
    });
    this.reached = new Promise((resolve) => {
      this.#reach = resolve;
    });
  }

  pass(): Promise<void> {
    this.#reach();
    return this.passed;
  }

  open(): void {
    this.#open();
  }
}
