import type { Clock } from "@concordat/replica";
import { never, type Power } from "../node/power.js";
import type { VirtualTime } from "../world/virtual-time.js";
import type { NodeClock } from "./node-clock.js";

/** The clocks as one process of a node sees them: who sleeps when it ends never wakes. */
export class ProcessClock implements Clock {
  /** Who sleeps now. */
  sleepers = 0;

  constructor(
    private readonly time: VirtualTime,
    private readonly wall: NodeClock,
    private readonly power: Power,
  ) {}

  wallMicros(): number {
    return this.wall.wallMicros();
  }

  monotonicMs(): number {
    return this.time.nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    if (!this.power.isOn) return never();
    return new Promise((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener("abort", wake);
        event.cancel();
        this.sleepers -= 1;
        resolve();
      };
      const event = this.time.after(ms, () => {
        if (this.power.isOn) wake();
      });
      this.sleepers += 1;
      signal?.addEventListener("abort", wake);
    });
  }
}
