import { readFile } from "node:fs/promises";

/** What a process had at the most while it was watched, in bytes. */
export interface PeakMemory {
  /** Its own pages: heap and buffers. */
  readonly privateBytes: number;
  /** All of it, with the pages of the database file that the system maps in and takes back when it needs room. */
  readonly residentBytes: number;
}

const SAMPLE_INTERVAL_MS = 50;

/** Watches a process by what Linux says of it in /proc. */
export const watchMemory = (pid: number): { stop(): Promise<PeakMemory> } => {
  let peak: PeakMemory = { privateBytes: 0, residentBytes: 0 };
  const sample = async (): Promise<void> => {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const privateBytes = Math.max(peak.privateBytes, bytesOf(status, "RssAnon"));
    peak = { privateBytes, residentBytes: bytesOf(status, "VmHWM") };
  };
  const timer = setInterval(() => void sample().catch(() => undefined), SAMPLE_INTERVAL_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await sample();
      return peak;
    },
  };
};

const bytesOf = (status: string, name: string): number => {
  const [, kibibytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status) ?? [];
  return Number(kibibytes ?? 0) * 1024;
};
