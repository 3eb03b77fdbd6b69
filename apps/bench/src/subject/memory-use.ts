import { readFileSync, writeFileSync } from "node:fs";

/** Of this process, in bytes. */
export interface MemoryUse {
  /** All resident pages at their highest since the last reset, files that are mapped included. */
  readonly residentPeak: number;
  /** The process's own pages at their highest among the samples. */
  readonly ownPeak: number;
  /** Of all threads, in milliseconds, while it was watched. */
  readonly cpuMs: number;
}

const SAMPLE_INTERVAL_MS = 10;

/** Watches this process from now on: what Linux's /proc tells. Elsewhere it knows the resident pages alone, by samples. */
export class MemoryWatch {
  readonly #timer: NodeJS.Timeout;
  readonly #cpu = process.cpuUsage();
  #ownPeak = 0;
  #sampledPeak = 0;

  constructor() {
    resetPeak();
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_INTERVAL_MS);
  }

  stop(): MemoryUse {
    clearInterval(this.#timer);
    this.#sample();
    const { user, system } = process.cpuUsage(this.#cpu);
    const residentPeak = statusBytes("VmHWM") ?? this.#sampledPeak;
    return { residentPeak, ownPeak: this.#ownPeak, cpuMs: (user + system) / 1_000 };
  }

  #sample(): void {
    const resident = process.memoryUsage.rss();
    this.#sampledPeak = Math.max(this.#sampledPeak, resident);
    this.#ownPeak = Math.max(this.#ownPeak, statusBytes("RssAnon") ?? resident);
  }
}

const statusBytes = (field: string): number | undefined => {
  try {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync("/proc/self/status", "utf8"));
    return found ? Number(found[1]) * 1_024 : undefined;
  } catch {
    return undefined;
  }
};

const resetPeak = (): void => {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Not everywhere, and not for everybody: the peak then counts from the start of the process.
  }
};
