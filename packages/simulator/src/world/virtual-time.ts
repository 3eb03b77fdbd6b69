/** Something that happens at its time, unless it is cancelled first. */
export interface TimedEvent {
  readonly atMs: number;
  cancel(): void;
}

interface Scheduled extends TimedEvent {
  readonly order: number;
  run: (() => void) | undefined;
}

/** Time that passes only from one event to the next. Events of one moment happen in the order in which they were scheduled. */
export class VirtualTime {
  nowMs = 0;
  readonly #heap: Scheduled[] = [];
  #order = 0;
  #pending = 0;

  /** Events that have not happened and were not cancelled. */
  get pending(): number {
    return this.#pending;
  }

  after(delayMs: number, run: () => void): TimedEvent {
    const event: Scheduled = {
      atMs: this.nowMs + Math.max(0, delayMs),
      order: this.#order,
      run,
      cancel: () => {
        if (event.run === undefined) return;
        event.run = undefined;
        this.#pending -= 1;
      },
    };
    this.#order += 1;
    this.#pending += 1;
    this.#push(event);
    return event;
  }

  /** When the next event happens; `undefined` when there is none. */
  nextAtMs(): number | undefined {
    for (let next = this.#heap[0]; next !== undefined; next = this.#heap[0]) {
      if (next.run !== undefined) return next.atMs;
      this.#pop();
    }
    return undefined;
  }

  /** Goes to the next event and lets it happen. Answers false when there is none. */
  advance(): boolean {
    if (this.nextAtMs() === undefined) return false;
    const event = this.#pop();
    const run = event?.run;
    if (event === undefined || run === undefined) return false;
    this.nowMs = Math.max(this.nowMs, event.atMs);
    event.run = undefined;
    this.#pending -= 1;
    run();
    return true;
  }

  #push(event: Scheduled): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent] as Scheduled;
      if (!isBefore(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): Scheduled | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Scheduled)) child += 1;
      const below = heap[child] as Scheduled;
      if (!isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

const isBefore = (left: Scheduled, right: Scheduled): boolean =>
  left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
